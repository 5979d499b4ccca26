/*
 * How a bug in the use of an object is told. Linux's SLAB and SLUB each have their
 * own form; this is SLUB's for all three, with the offset of the wrong byte from
 * the object in its own words, since that is what one looks for.
 */
#include "internal.h"

#include <asm/stacktrace.h>
#include <lib/bug.h>
#include <lib/ctype.h>
#include <lib/printk.h>
#include <lib/string.h>
#include <lib/vsprintf.h>

#define DUMP_ROW   16
#define DUMP_ROWS  12 /* of one run, from its start */
#define TRACE_LOOK 16 /* return addresses, to find the caller among */
#define INFO_MAX   256
#define FRAME(c)   c c c c c c c c c c c c c c c c c c c c c c c c c c c c c c c c c c

unsigned long slab_nr_bugs;

/* ---- The report ---- */

void slab_report_begin(const struct kmem_cache *cache, const char *what,
                       const void *object, long offset)
{
	slab_report_begin_sized(cache, kmem_cache_size(cache), what, object, offset);
}

void slab_report_begin_sized(const struct kmem_cache *cache, size_t size,
                             const char *what, const void *object, long offset)
{
	slab_nr_bugs++;
	pr_err(FRAME("==") "\n");
	pr_err("BUG %s: %s\n", kmem_cache_name(cache), what);
	pr_err(FRAME("--") "\n");
	pr_err("INFO: object 0x%08lx of %zu bytes, offset %ld\n", (unsigned long)object,
	       size, offset);
}

void slab_report_info(const char *fmt, ...)
{
	char text[INFO_MAX];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	pr_err("INFO: %s\n", text);
}

void slab_report_end(void)
{
	BUG();
}

/* ---- Dumps ---- */

static void dump_row(const char *what, const u8 *object, const u8 *row, size_t len)
{
	char hex[DUMP_ROW * 3 + 1], text[DUMP_ROW + 1];
	long offset = row - object;

	for (size_t i = 0; i < DUMP_ROW; i++) {
		if (i < len)
			snprintf(hex + 3 * i, 4, "%02x ", row[i]);
		else
			memcpy(hex + 3 * i, "   ", 4);
		text[i] = i >= len ? '\0' : isprint(row[i]) ? (char)row[i] : '.';
	}
	text[DUMP_ROW] = '\0';
	pr_err("%8s 0x%08lx %c%04lx: %s %s\n", what, (unsigned long)row,
	       offset < 0 ? '-' : '+', (unsigned long)(offset < 0 ? -offset : offset),
	       hex, text);
}

void slab_report_dump(const char *what, const void *object, const void *start,
                      size_t len)
{
	const u8 *at = start;
	size_t shown = min(len, (size_t)(DUMP_ROWS * DUMP_ROW));

	for (size_t done = 0; done < shown; done += DUMP_ROW)
		dump_row(what, object, at + done, min(shown - done, (size_t)DUMP_ROW));
}

void slab_report_object(const void *object, size_t size, size_t before, size_t behind,
                        long offset)
{
	const u8 *start = object;
	const size_t head = DUMP_ROWS * DUMP_ROW;

	if (before)
		slab_report_dump("Redzone", object, start - before, before);
	slab_report_dump("Object", object, start, size);
	if (size > head && offset >= (long)head) {
		size_t from = ALIGN_DOWN(min((size_t)offset, size - 1), DUMP_ROW);

		slab_report_dump("Object", object, start + from,
		                 min(size - from, (size_t)(2 * DUMP_ROW)));
	}
	if (behind)
		slab_report_dump("Redzone", object, start + size, behind);
}

/* ---- Users ---- */

noinline void slab_track_set(struct slab_track *track, unsigned long caller)
{
	unsigned long entries[TRACE_LOOK];
	unsigned int nr = save_stack_trace(entries, TRACE_LOOK, 0), first = 0;

	memset(track, 0, sizeof(*track));
	track->entries[0] = caller;
	while (first < nr && entries[first] != caller)
		first++;
	for (unsigned int i = 1; i < SLAB_TRACK_DEPTH && first + i < nr; i++)
		track->entries[i] = entries[first + i];
}

void slab_report_track(const char *what, const struct slab_track *track)
{
	if (!track->entries[0])
		return;
	pr_err("INFO: %s in %pS\n", what, (void *)track->entries[0]);
	for (int i = 1; i < SLAB_TRACK_DEPTH && track->entries[i]; i++)
		pr_err("        from %pS\n", (void *)track->entries[i]);
}

void slab_report_leaks(const struct kmem_cache *cache, unsigned long count)
{
	slab_nr_bugs++;
	pr_err("BUG %s: %lu object%s remain%s in use: the cache stays\n",
	       kmem_cache_name(cache), count, count == 1 ? "" : "s",
	       count == 1 ? "s" : "");
}

void slab_report_leak(const void *object, const struct slab_track *track)
{
	pr_err("INFO: object 0x%08lx in use\n", (unsigned long)object);
	if (track)
		slab_report_track("Allocated", track);
}

/* ---- Patterns ---- */

void slab_poison(void *object, size_t size, u8 byte)
{
	memset(object, byte, size - 1);
	((u8 *)object)[size - 1] = POISON_END;
}

long slab_bytes_check(const void *start, u8 byte, size_t len)
{
	const u8 *wrong = memchr_inv(start, byte, len);

	return wrong ? wrong - (const u8 *)start : -1;
}

long slab_poison_check(const void *object, size_t size, u8 byte)
{
	long wrong = slab_bytes_check(object, byte, size - 1);

	if (wrong >= 0)
		return wrong;
	return ((const u8 *)object)[size - 1] == POISON_END ? -1 : (long)size - 1;
}
