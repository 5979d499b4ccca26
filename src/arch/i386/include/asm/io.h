/* Port input and output. Linux's argument order: value first, then port. */
#ifndef ASM_IO_H
#define ASM_IO_H

#include <lib/types.h>

#define BUILD_PORT_IO(suffix, type, mnemonic)                                  \
	static inline void out##suffix(type value, u16 port)                   \
	{                                                                      \
		__asm__ volatile("out" mnemonic " %0, %1"                      \
				 :                                             \
				 : "a"(value), "Nd"(port));                    \
	}                                                                      \
	static inline type in##suffix(u16 port)                                \
	{                                                                      \
		type value;                                                    \
		__asm__ volatile("in" mnemonic " %1, %0"                       \
				 : "=a"(value)                                 \
				 : "Nd"(port));                                \
		return value;                                                  \
	}
BUILD_PORT_IO(b, u8, "b")
BUILD_PORT_IO(w, u16, "w")
BUILD_PORT_IO(l, u32, "l")
#undef BUILD_PORT_IO

/* About a microsecond: a write to a port that nothing listens to. */
static inline void io_delay(void)
{
	outb(0, 0x80);
}

#endif
