/*
 * The integer types of the kernel. Physical addresses have 64 bits whatever
 * the page-table format; virtual addresses and frame numbers are unsigned long.
 */
#ifndef LIB_TYPES_H
#define LIB_TYPES_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int8_t s8;
typedef int16_t s16;
typedef int32_t s32;
typedef int64_t s64;

typedef u64 phys_addr_t;     /* a byte in physical memory */
typedef u64 resource_size_t; /* an address or a size in the resource tree */

/* The host's half of a test program has the C library's own. */
#if __STDC_HOSTED__
#include <sys/types.h>
#else
typedef long ssize_t;
#endif

#endif
