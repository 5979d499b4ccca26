/*
 * The console's input ring. A byte ring with free-running indices: head counts
 * what was ever pushed, tail what was ever taken, and the ring holds their
 * difference. The producer (an interrupt handler) alone writes head and
 * ctrl_c_in, the consumer (the monitor) alone writes tail and ctrl_c_out, so
 * that neither needs a lock on one CPU.
 *
 * Invariant: 0 <= head - tail <= INPUT_RING_SIZE, modulo 2^32.
 */
#include <drivers/input.h>
#include <lib/compiler.h>
#include <lib/util.h>

static u8 ring[INPUT_RING_SIZE];
static u32 head;       /* bytes ever pushed; producer's */
static u32 tail;       /* bytes ever taken; consumer's */
static u32 ctrl_c_in;  /* Ctrl-C bytes ever pushed; producer's */
static u32 ctrl_c_out; /* Ctrl-C bytes ever taken; consumer's */

DECLARE_WAIT_QUEUE_HEAD(input_wait);

static void (*call_when_room)(void);

static_assert(is_power_of_2(INPUT_RING_SIZE), "the indices wrap at 2^32");

size_t input_space(void)
{
	return INPUT_RING_SIZE - (READ_ONCE(head) - READ_ONCE(tail));
}

bool input_push(u8 byte)
{
	return input_push_bytes(&byte, 1);
}

bool input_push_bytes(const u8 *bytes, size_t count)
{
	if (count > input_space())
		return false;

	for (size_t i = 0; i < count; i++) {
		ring[(head + i) % INPUT_RING_SIZE] = bytes[i];
		if (bytes[i] == INPUT_CTRL_C)
			WRITE_ONCE(ctrl_c_in, ctrl_c_in + 1);
	}
	barrier(); /* the bytes stand in the ring before the consumer sees them */
	WRITE_ONCE(head, head + (u32)count);
	wake_up_all(&input_wait);
	return true;
}

bool input_available(void)
{
	return READ_ONCE(head) != READ_ONCE(tail);
}

static void resume_producer(void)
{
	void (*resume)(void) = call_when_room;

	if (!resume || input_space() < INPUT_RING_SIZE / 2)
		return;
	call_when_room = NULL;
	resume();
}

int input_getc_nowait(void)
{
	u8 byte;

	if (!input_available())
		return -1;

	barrier();
	byte = ring[tail % INPUT_RING_SIZE];
	barrier(); /* the byte is read before the producer may overwrite it */
	WRITE_ONCE(tail, tail + 1);
	if (byte == INPUT_CTRL_C)
		WRITE_ONCE(ctrl_c_out, ctrl_c_out + 1);
	resume_producer();
	return byte;
}

bool input_interrupt_pending(void)
{
	return READ_ONCE(ctrl_c_in) != READ_ONCE(ctrl_c_out);
}

void input_discard_interrupt(void)
{
	while (input_interrupt_pending() && input_getc_nowait() >= 0)
		;
}

void input_call_when_room(void (*resume)(void))
{
	call_when_room = resume;
}
