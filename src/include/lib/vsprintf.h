/*
 * Formatted text in memory. ISO C's printf (7.21.6.1) without floating point
 * and without %n:
 *
 *	flags       - + space # 0
 *	width       a number or *      precision  .number or .*
 *	length      hh h l ll z t j
 *	conversion  d i u o x X c s p %
 *
 * and after %p one letter of Linux's:
 *
 *	%p    8 hexadecimal digits        %pa  the phys_addr_t behind the pointer,
 *	%pS   symbol+0xoffset/0xsize           0x and 16 digits
 *
 * A NULL for %s prints "(null)". An unknown conversion is copied as it stands.
 */
#ifndef LIB_VSPRINTF_H
#define LIB_VSPRINTF_H

#include <lib/compiler.h>
#include <lib/types.h>

/* Writes at most size bytes, always ended by a NUL (unless size is 0; buf may
 * be NULL then). Returns the length that the whole text has. */
int snprintf(char *buf, size_t size, const char *fmt, ...) __printf(3, 4);
int vsnprintf(char *buf, size_t size, const char *fmt, va_list args);

/* The same; returns the length of what was written, so less than size. */
int scnprintf(char *buf, size_t size, const char *fmt, ...) __printf(3, 4);
int vscnprintf(char *buf, size_t size, const char *fmt, va_list args);

/*
 * Writes the name of the code at addr ("start_kernel+0x12/0x80") for %pS into
 * buf of size bytes and returns it. At first a function that knows no symbols
 * and writes "0xc0101234"; the machine puts its own here.
 */
extern const char *(*vsnprintf_symbol)(unsigned long addr, char *buf, size_t size);

#endif
