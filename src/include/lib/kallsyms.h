/*
 * The kernel's own symbols. The build writes them, sorted by address, into the
 * section .kallsyms of the finished image (tools/kallsyms.py).
 */
#ifndef LIB_KALLSYMS_H
#define LIB_KALLSYMS_H

#include <lib/types.h>

/* The n-th symbol, by address: *i starts at 0 and is advanced. type is nm's
 * letter. false: no more. */
bool kallsyms_iterate(size_t *i, unsigned long *addr, char *type, const char **name);

/* The address of a symbol, 0 if there is none of that name. */
unsigned long kallsyms_lookup_name(const char *name);

/* The symbol that addr lies in, with its distance from the symbol's start and
 * the symbol's size (up to the next one). NULL if addr is not in the image. */
const char *kallsyms_lookup(unsigned long addr, unsigned long *offset,
			    unsigned long *size);

/* The hook behind printf's %pS: "name+0x12/0x34", or NULL. */
const char *kallsyms_format(unsigned long addr, char *buf, size_t size);

#endif
