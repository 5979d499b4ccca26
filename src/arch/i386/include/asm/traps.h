/*
 * What a stopped kernel says.
 */
#ifndef ASM_TRAPS_H
#define ASM_TRAPS_H

#include <asm/ptrace.h>
#include <lib/compiler.h>

/* Print registers, and the backtrace from where they stand. */
void show_regs(const struct pt_regs *regs);

/* Print the callers, symbolised, from a frame pointer; stops at what does not
 * look like a frame of this stack. */
void show_trace(unsigned long eip, unsigned long ebp);

/* Print the callers of the caller. */
void dump_stack(void);

/* Print every level of the page-table walk of address, from the CR3 in force. */
void show_pte(unsigned long address);

/* Print the reason and regs, then panic. */
__noreturn void die(const char *reason, const struct pt_regs *regs);

/* Let everything be seen: all consoles, all levels. */
void console_verbose(void);

#endif
