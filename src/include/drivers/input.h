/*
 * The console's input: one ring of bytes that the keyboard's and the serial
 * port's interrupts fill and the monitor empties.
 *
 * One producer at a time (interrupts are off while input_push runs), one
 * consumer; neither waits for the other and none of these sleeps.
 */
#ifndef DRIVERS_INPUT_H
#define DRIVERS_INPUT_H

#include <lib/types.h>
#include <sched/wait.h>

/* Bytes that the ring holds: room for a pasted page or a test's whole script. */
#define INPUT_RING_SIZE 8192

#define INPUT_CTRL_C 0x03

/* Append a byte. Interrupts are off. false: the ring is full, nothing changed. */
bool input_push(u8 byte);

/* Append a key's bytes, all or none. Interrupts are off. */
bool input_push_bytes(const u8 *bytes, size_t count);

/* How many bytes would fit now. */
size_t input_space(void);

/* The oldest byte, or -1 when there is none. */
int input_getc_nowait(void);

/* Is there a byte to read? Who waits for one sleeps here. */
bool input_available(void);
extern wait_queue_head_t input_wait;

/* Does a Ctrl-C wait in the ring, behind whatever was typed before it? */
bool input_interrupt_pending(void);

/* Throw away everything up to and including the last Ctrl-C in the ring, as a
 * terminal does when its interrupt key is struck. Nothing without a Ctrl-C. */
void input_discard_interrupt(void);

/*
 * A producer that had to stop because the ring was full (a serial port, which
 * can hold its sender back) names here what shall be called once there is room
 * again; it is called from input_getc_nowait(), once. NULL: nobody waits.
 */
void input_call_when_room(void (*resume)(void));

#endif
