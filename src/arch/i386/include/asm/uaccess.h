/*
 * Reading memory that may not be there. An access that faults inside one of
 * these resumes at its fixup (the table __ex_table, as in Linux) instead of
 * stopping the kernel.
 */
#ifndef ASM_UACCESS_H
#define ASM_UACCESS_H

#include <lib/types.h>

struct exception_table_entry {
	unsigned long insn, fixup;
};

/* The fixup of a faulting instruction, or 0. */
unsigned long search_exception_table(unsigned long eip);

/*
 * Copy n bytes from/to any address. Returns 0, or -EFAULT when part of it is
 * not mapped (or not writable); what could be copied has been. Does not sleep.
 */
int copy_from_kernel_nofault(void *dst, const void *src, size_t n);
int copy_to_kernel_nofault(void *dst, const void *src, size_t n);

#endif
