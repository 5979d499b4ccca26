/*
 * The first serial port, a 16550 at I/O 0x3f8: console "ttyS0", 115200 baud,
 * 8 bits, no parity, 1 stop bit. Output is polled, input comes by IRQ 4.
 *
 * Source: National Semiconductor PC16550D data sheet (1995), section 8.
 */
#ifndef DRIVERS_UART_H
#define DRIVERS_UART_H

#include <lib/types.h>

/* Look for the port, set it up and register the console. false: no UART there,
 * nothing registered; every other function is then harmless. */
bool uart_init(void);

/* Write text as it is, except that "\n" becomes "\r\n". Any context. Waits for
 * the transmitter uart_spin_limit reads of its status at most: a port that got
 * stuck costs that once, about a minute, and loses bytes until it recovers. */
void uart_write(const char *text, size_t len);
extern unsigned int uart_spin_limit;

/* Wait, within the same bound, until the last byte has left the shift register
 * (an emulator that ends before that loses it). */
void uart_flush(void);

/* Let received bytes raise IRQ 4. To be called once its handler is in place. */
void uart_enable_interrupt(void);

/* Move what was received into the console input ring. Called by IRQ 4's handler
 * with interrupts off; harmless at any other time with interrupts off, so that
 * a machine whose interrupts fail can poll. */
void uart_interrupt(void);

#endif
