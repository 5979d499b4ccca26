/*
 * The host's stand-in for <asm/io.h>: no port answers (all bits read as ones,
 * as on a bus that nobody drives) unless a test plugs a device in.
 */
#ifndef ASM_IO_H
#define ASM_IO_H

#include <lib/types.h>

/* The device that sees every access of a byte, or NULL: no device at all. */
struct host_device {
	u8 (*in)(u16 port);
	void (*out)(u16 port, u8 value);
};
extern const struct host_device *host_device;

static inline u8 inb(u16 port)
{
	return host_device ? host_device->in(port) : 0xff;
}

static inline void outb(u8 value, u16 port)
{
	if (host_device)
		host_device->out(port, value);
}

static inline void io_delay(void)
{
}

#endif
