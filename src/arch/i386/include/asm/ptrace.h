/*
 * The registers as a trap or interrupt left them on the stack; entry.asm
 * pushes them in this order.
 */
#ifndef ASM_PTRACE_H
#define ASM_PTRACE_H

#include <asm/segment.h>
#include <lib/types.h>

struct pt_regs {
	unsigned long ebx, ecx, edx, esi, edi, ebp, eax;
	unsigned long ds, es, fs, gs;
	unsigned long vector;
	unsigned long error_code;
	/* pushed by the CPU; esp and ss only when it came from ring 3 */
	unsigned long eip, cs, eflags, esp, ss;
};

static inline bool user_mode(const struct pt_regs *regs)
{
	return (regs->cs & 3) == 3;
}

/* The stack pointer at the moment of the trap. */
static inline unsigned long regs_sp(const struct pt_regs *regs)
{
	return user_mode(regs) ? regs->esp : (unsigned long)&regs->esp;
}

#endif
