/*
 * The memory behind printk: a ring of records, the oldest of which fall out
 * whole when room is needed. lib/printk.h is what others use.
 *
 * One context at a time writes, and any trap or interrupt may break in anywhere,
 * and append and read too, as long as it has ended before the broken one goes
 * on. (So on one CPU; threads that could be switched in the middle must keep
 * interrupts off.) None of these sleeps.
 */
#ifndef LIB_LOGRING_H
#define LIB_LOGRING_H

#include <lib/types.h>

#define LOG_TEXT_MAX     1023 /* bytes of text in a record */
#define LOG_RECORD_ALIGN 16
#define LOG_PENDING_SIZE 4096

struct log_record {
	u64 time_us;
	u16 size; /* of header, text and padding: a multiple of LOG_RECORD_ALIGN */
	u16 len;  /* of the text, which has no NUL */
	u8 level;
	u8 flags;
	u16 reserved;
};

#define LOG_CONT    0x01 /* goes on with the record before */
#define LOG_NEWLINE 0x02 /* ends its line */
#define LOG_PADDING 0x04 /* fills the ring's end; holds nothing */

struct logring {
	char *buf;          /* aligned to LOG_RECORD_ALIGN */
	unsigned long size; /* of buf; a power of two, at least 4096 */

	/* Positions count bytes since the beginning, modulo 2^32; a record lies
	 * at its position modulo size. [tail, head) holds whole records at every
	 * instant, so a reader may break in anywhere. */
	unsigned long head;
	unsigned long tail;

	bool busy;                 /* someone is between two instants */
	unsigned long pending_len; /* bytes that wait for him to finish */
	unsigned long lost;        /* records that did not fit there */
	char pending[LOG_PENDING_SIZE] __attribute__((aligned(LOG_RECORD_ALIGN)));
};

#define LOGRING_INIT(buffer)                                                           \
	{                                                                              \
		.buf = (buffer), .size = sizeof(buffer)                                \
	}

/* Append rec (of which size is filled in here) with rec->len bytes of text, at
 * most LOG_TEXT_MAX. */
void logring_append(struct logring *ring, const struct log_record *rec,
                    const char *text);

/*
 * Copy the record at *pos, or the oldest one if *pos has fallen out (begin with
 * ring->tail), and put *pos behind it. text holds LOG_TEXT_MAX + 1 bytes, gets a
 * NUL. Returns false if there is none.
 */
bool logring_read(const struct logring *ring, unsigned long *pos,
                  struct log_record *rec, char *text);

/* The checker: the number of violations of the ring's invariants. */
unsigned int logring_check(const struct logring *ring);

#endif
