/*
 * A ring of log records. Positions only grow; a record lies at its position
 * modulo the ring's size, in one piece: what is left at the ring's end and too
 * small for the next record becomes a record of padding.
 *
 * How it survives a trap that prints while another print is being stored:
 *
 * - A store is ordered so that [tail, head) holds whole records at each instant:
 *   tail passes the records that will be overwritten, then the new one is
 *   written, then head passes it. Readers therefore need no lock. A reader that
 *   is broken into, and whose record has fallen out meanwhile, sees that tail has
 *   passed it and starts over.
 * - A writer that finds `busy` set has broken into a store. It puts its record
 *   into `pending`, and whoever was busy stores that when he has cleared `busy`
 *   (not before: a trap may come between a last look and the clearing). Several
 *   may break into each other: space in `pending` is taken by compare-and-
 *   exchange, and each has filled what it took before the one below goes on.
 * - What `pending` cannot take is counted in `lost`.
 *
 * Linux's 2.6.24 ring is one of characters behind a spinlock; records are from
 * 3.5, the way without a lock from 5.10 (for many CPUs, and much longer).
 */
#include <lib/compiler.h>
#include <lib/logring.h>
#include <lib/string.h>
#include <lib/util.h>

_Static_assert(sizeof(struct log_record) == LOG_RECORD_ALIGN,
               "whatever is left at the ring's end has room for a header");

static struct log_record *record_at(const struct logring *ring, unsigned long pos)
{
	return (struct log_record *)(void *)(ring->buf + (pos & (ring->size - 1)));
}

static u16 record_size(const struct log_record *rec)
{
	return (u16)ALIGN(sizeof(*rec) + rec->len, (size_t)LOG_RECORD_ALIGN);
}

static void write_record(void *place, const struct log_record *rec, const char *text)
{
	struct log_record *to = place;

	*to = *rec;
	to->size = record_size(rec);
	memcpy(to + 1, text, rec->len);
}

/* Let the oldest records fall out until `size` bytes from head on are free. */
static void make_room(struct logring *ring, unsigned long size)
{
	while (ring->head + size - ring->tail > ring->size)
		WRITE_ONCE(ring->tail, ring->tail + record_at(ring, ring->tail)->size);
	barrier();
}

static void advance_head(struct logring *ring, unsigned long size)
{
	barrier();
	WRITE_ONCE(ring->head, ring->head + size);
}

static void store(struct logring *ring, const struct log_record *rec, const char *text)
{
	unsigned long to_end = ring->size - (ring->head & (ring->size - 1));
	u16 size = record_size(rec);

	if (to_end < size) {
		make_room(ring, to_end);
		*record_at(ring, ring->head) = (struct log_record){
		    .size = (u16)to_end,
		    .flags = LOG_PADDING,
		};
		advance_head(ring, to_end);
	}
	make_room(ring, size);
	write_record(record_at(ring, ring->head), rec, text);
	advance_head(ring, size);
}

static void defer(struct logring *ring, const struct log_record *rec, const char *text)
{
	unsigned long size = record_size(rec);
	unsigned long start = READ_ONCE(ring->pending_len);

	do {
		if (start + size > sizeof(ring->pending)) {
			ring->lost++;
			return;
		}
	} while (!__atomic_compare_exchange_n(&ring->pending_len, &start, start + size,
	                                      false, __ATOMIC_SEQ_CST,
	                                      __ATOMIC_SEQ_CST));
	write_record(ring->pending + start, rec, text);
}

/* Store what waits, and what comes meanwhile. */
static void store_pending(struct logring *ring)
{
	unsigned long done = 0;
	unsigned long all;

	do {
		all = READ_ONCE(ring->pending_len);
		while (done < all) {
			const struct log_record *rec =
			    (const void *)(ring->pending + done);

			store(ring, rec, (const char *)(rec + 1));
			done += rec->size;
		}
	} while (!__atomic_compare_exchange_n(&ring->pending_len, &all, 0, false,
	                                      __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST));
}

static void set_busy(struct logring *ring, bool busy)
{
	barrier();
	WRITE_ONCE(ring->busy, busy);
	barrier();
}

void logring_append(struct logring *ring, const struct log_record *rec,
                    const char *text)
{
	if (READ_ONCE(ring->busy)) {
		defer(ring, rec, text);
		return;
	}

	set_busy(ring, true);
	store(ring, rec, text);
	set_busy(ring, false);
	while (READ_ONCE(ring->pending_len)) {
		set_busy(ring, true);
		store_pending(ring);
		set_busy(ring, false);
	}
}

/* True if pos is where a record stands that has not fallen out. */
static bool holds(const struct logring *ring, unsigned long pos)
{
	unsigned long tail = READ_ONCE(ring->tail);

	return pos - tail < READ_ONCE(ring->head) - tail;
}

/* False if the record has fallen out while it was copied: what was read then may
 * be the middle of another one, and its length anything. */
static bool copy_record(const struct logring *ring, unsigned long pos,
                        struct log_record *rec, char *text)
{
	unsigned long to_end = ring->size - (pos & (ring->size - 1));
	const struct log_record *from = record_at(ring, pos);

	*rec = *from;
	if (rec->len > LOG_TEXT_MAX || sizeof(*rec) + rec->len > to_end)
		return false;
	memcpy(text, from + 1, rec->len);
	text[rec->len] = '\0';
	barrier();
	return holds(ring, pos);
}

bool logring_read(const struct logring *ring, unsigned long *pos,
                  struct log_record *rec, char *text)
{
	for (;;) {
		if (*pos == READ_ONCE(ring->head))
			return false;
		if (!holds(ring, *pos))
			*pos = READ_ONCE(ring->tail);
		if (!copy_record(ring, *pos, rec, text))
			continue;
		*pos += rec->size;
		if (!(rec->flags & LOG_PADDING))
			return true;
	}
}

unsigned int logring_check(const struct logring *ring)
{
	unsigned int violations = 0;
	unsigned long pos = ring->tail;

	violations += ring->head - ring->tail > ring->size;
	violations += !is_power_of_2(ring->size);
	while (pos != ring->head) {
		const struct log_record *rec = record_at(ring, pos);

		if (rec->size < sizeof(*rec) ||
		    !IS_ALIGNED(rec->size, LOG_RECORD_ALIGN))
			return violations + 1;
		if (!(rec->flags & LOG_PADDING) && rec->size != record_size(rec))
			return violations + 1;
		if (rec->size > ring->head - pos)
			return violations + 1;
		pos += rec->size;
	}
	return violations;
}
