/*
 * bench's parts: what a row is, the loops that rows are made of, and what they all
 * work on. The rows stand by mechanism, in pages.c, objects.c, highmem.c, vmalloc.c
 * and reference.c.
 */
#ifndef MONITOR_BENCH_INTERNAL_H
#define MONITOR_BENCH_INTERNAL_H

#include <asm/processor.h>
#include <lib/compiler.h>
#include <lib/types.h>
#include <mm/mmzone.h>

#define BENCH_PAGES   16384 /* the most that a row takes, and the most samples */
#define BENCH_BATCHES 10
#define WARM_UP_PART  4 /* of a batch, before what counts */

enum bench_kind {
	BENCH_ATOMIC,   /* interrupts off */
	BENCH_SLEEPS,   /* and on */
	BENCH_SMALLPCP, /* off, with short per-CPU lists */
	BENCH_HIGH,     /* on, with n pages of highmem in pages[] */
};

typedef u64 (*bench_loop_t)(unsigned int n);                /* ticks of n operations */
typedef void (*bench_sample_t)(unsigned int n, u32 *ticks); /* of each of them */

/* A row: one of loop and sample is set. */
struct bench {
	const char *name;
	unsigned int n; /* operations in a batch, or samples */
	enum bench_kind kind;
	bench_loop_t loop;
	bench_sample_t sample;
	bool mean; /* of the samples, instead of their median */
};

/* The rows of a mechanism. */
struct bench_group {
	const struct bench *rows;
	size_t nr;
};
extern const struct bench_group bench_pages, bench_objects, bench_highmem;
extern const struct bench_group bench_vmalloc, bench_reference;

#define BENCH_GROUP(group, table)                                                      \
	const struct bench_group group = {table, ARRAY_SIZE(table)}

/* What the rows work on; made and given back by bench.c. */
struct bench_fixture {
	struct page **pages; /* BENCH_PAGES, the row's to fill and to empty */
	u32 *ticks;          /* BENCH_PAGES, measure.c's */
	struct page *high[2], *low[2];
	struct kmem_cache *cache; /* of 120-byte objects */
	void *area;               /* a page of vmalloc */
};
extern struct bench_fixture bench;

/* ---- Loops ---- */

/* The ticks between two reads of the TSC, with op between them. */
#define BENCH_TICKS(op)                                                                \
	({                                                                             \
		u64 start_ = rdtsc();                                                  \
		barrier();                                                             \
		op;                                                                    \
		barrier();                                                             \
		rdtsc() - start_;                                                      \
	})

/* n times body. */
#define BENCH_LOOP(name, body)                                                         \
	static u64 bench_##name(unsigned int n)                                        \
	{                                                                              \
		u64 start = rdtsc();                                                   \
		for (unsigned int i = 0; i < n; i++) {                                 \
			body;                                                          \
			barrier();                                                     \
		}                                                                      \
		return rdtsc() - start;                                                \
	}

/* n times op alone, in the middle of before and after. */
#define BENCH_SAMPLER(function, before, op, after)                                     \
	void function(unsigned int n, u32 *ticks)                                      \
	{                                                                              \
		for (unsigned int i = 0; i < n; i++) {                                 \
			before;                                                        \
			ticks[i] = (u32)BENCH_TICKS(op);                               \
			after;                                                         \
		}                                                                      \
	}

#define BENCH_SAMPLE(name, before, op, after)                                          \
	static BENCH_SAMPLER(bench_##name, before, op, after)

/* n things taken, then all given back: the ticks of either. */
#define BENCH_BATCH(name, take, give)                                                  \
	static u64 take_##name(unsigned int n)                                         \
	{                                                                              \
		return BENCH_TICKS(for (unsigned int i = 0; i < n; i++) take);         \
	}                                                                              \
	static u64 give_##name(unsigned int n)                                         \
	{                                                                              \
		return BENCH_TICKS(for (unsigned int i = 0; i < n; i++) give);         \
	}                                                                              \
	static u64 batch_##name##_alloc(unsigned int n)                                \
	{                                                                              \
		u64 ticks = take_##name(n);                                            \
		give_##name(n);                                                        \
		return ticks;                                                          \
	}                                                                              \
	static u64 batch_##name##_free(unsigned int n)                                 \
	{                                                                              \
		take_##name(n);                                                        \
		return give_##name(n);                                                 \
	}

/* A pair and its halves: take is an expression, give a statement about it. */
#define BENCH_HALVES(name, up, down, type, take, give)                                 \
	BENCH_LOOP(name##_pair, type it = take; give)                                  \
	BENCH_SAMPLE(name##_##up, type it, it = take, give)                            \
	BENCH_SAMPLE(name##_##down, type it = take, give, )

#define BENCH_ROW(name, n, kind)        {#name, n, kind, .loop = bench_##name}
#define BENCH_SAMPLE_ROW(name, n, kind) {#name, n, kind, .sample = bench_##name}
#define BENCH_HALVES_ROWS(name, up, down, n, kind)                                     \
	BENCH_ROW(name##_pair, n, kind), BENCH_SAMPLE_ROW(name##_##up, n, kind),       \
		BENCH_SAMPLE_ROW(name##_##down, n, kind)
/* Of a batch that BENCH_BATCH made; each is "page" or "obj". */
#define BENCH_BATCH_ROWS(title, each, name, n, kind)                                   \
	{title "_alloc_per_" each, n, kind, .loop = batch_##name##_alloc},             \
		{title "_free_per_" each, n, kind, .loop = batch_##name##_free}

/* ---- measure.c ---- */

/* Measure a row and print it; kind is prepared already. */
void bench_measure(const struct bench *row);

/* Its loop once, with interrupts as the row's kind wants them; the ticks. */
u64 bench_run_loop(const struct bench *row, unsigned int n);

/* Ticks of an operation in tenths, less what looking at the TSC costs. */
struct bench_summary {
	u64 median, mean, least, most;
};
void bench_summarise(bench_sample_t sample, unsigned int n, bool atomic,
		     struct bench_summary *summary);

/* " 12345.6" in a column of the table. */
void bench_print_tenths(u64 tenths);

/* ---- profile.c ---- */

/* Step through a batch of a row, a loop, and print how often each address was executed;
 * kind is prepared already. */
void bench_profile(const struct bench *row);

/* ---- bench.c ---- */

/* n pages of highmem into pages[]; false, and none, if there are not so many. */
bool bench_take_high(unsigned int n);
void bench_give_pages(unsigned int n);

/* ---- growth.c ---- */

/* The rows whose name begins so; a status. The fixture is there. */
int bench_growth(const char *name);

#endif
