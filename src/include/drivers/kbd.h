/*
 * The PS/2 keyboard, US layout: scan code set 1 as the 8042 controller
 * translates it, turned into the bytes that a serial terminal would send, so
 * that one line editor serves both.
 *
 * Source: IBM Personal System/2 Hardware Interface Technical Reference (1988),
 * "Keyboard and Auxiliary Device Controller".
 */
#ifndef DRIVERS_KBD_H
#define DRIVERS_KBD_H

#include <lib/types.h>

/* The most bytes that one key can produce. */
#define KBD_KEY_BYTES 4

/* What the decoder remembers between scan codes. All zero: nothing held. */
struct kbd_state {
	bool left_shift, right_shift;
	bool left_ctrl, right_ctrl;
	bool alt;
	bool caps_lock, caps_held;
	bool extended; /* the byte before was 0xe0 */
	u8 skip;       /* bytes of a Pause sequence (0xe1 ...) still to swallow */
};

/* Feed one byte of the keyboard. Returns how many bytes (0 .. KBD_KEY_BYTES) it
 * put into out. Never fails: unknown codes produce nothing. */
size_t kbd_decode(struct kbd_state *state, u8 scancode, u8 out[KBD_KEY_BYTES]);

/* Enable the keyboard and its interrupt. false: no controller answers. */
bool kbd_init(void);

/* Move what was typed into the console input ring. Called by IRQ 1's handler
 * with interrupts off; harmless at any other time. */
void kbd_interrupt(void);

#endif
