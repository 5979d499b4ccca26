/*
 * bench: how a row is measured. A loop runs in ten batches and an empty loop of the
 * same length is subtracted; a sample is one operation between two reads of the TSC,
 * less what two reads without anything between them show. Before either, a quarter
 * of it runs as a warm-up. With interrupts off, unless the row may sleep.
 */
#include "internal.h"

#include <asm/irqflags.h>
#include <lib/math64.h>
#include <lib/printk.h>
#include <lib/sort.h>
#include <lib/util.h>

#define TENTHS 10
#define LOOKS  9 /* at nothing: their median is what looking costs */

BENCH_LOOP(nothing, )
BENCH_SAMPLE(look, , , )

/* Tenths of a tick an operation, rounded: of n operations, less what is not theirs. */
static u64 per_operation(u64 ticks, u64 less, unsigned int n)
{
	return ticks > less ? div_u64((ticks - less) * TENTHS + n / 2, n) : 0;
}

/* A debug build finds who may sleep with interrupts off, and GFP_KERNEL may: there they
 * stay on. */
#ifdef CONFIG_DEBUG
#define OFF_IS_ALLOWED false
#else
#define OFF_IS_ALLOWED true
#endif

static unsigned long begin(bool atomic)
{
	unsigned long flags = native_save_fl();

	if (atomic && OFF_IS_ALLOWED)
		local_irq_disable();
	return flags;
}

static void end(unsigned long flags)
{
	local_irq_restore(flags);
}

static bool is_atomic(const struct bench *row)
{
	return row->kind == BENCH_ATOMIC || row->kind == BENCH_SMALLPCP;
}

/* ---- Loops ---- */

u64 bench_run_loop(const struct bench *row, unsigned int n)
{
	unsigned long flags = begin(is_atomic(row));
	u64 ticks = row->loop(n);

	end(flags);
	return ticks;
}

static int compare_u64(const void *a, const void *b)
{
	u64 x = *(const u64 *)a, y = *(const u64 *)b;

	return x < y ? -1 : x > y;
}

static void summarise_loop(const struct bench *row, struct bench_summary *summary)
{
	u64 batches[BENCH_BATCHES], empty;

	bench_run_loop(row, row->n / WARM_UP_PART);
	for (int i = 0; i < BENCH_BATCHES; i++)
		batches[i] = bench_run_loop(row, row->n);
	empty = bench_nothing(row->n);
	for (int i = 0; i < BENCH_BATCHES; i++)
		batches[i] = per_operation(batches[i], empty, row->n);
	sort(batches, BENCH_BATCHES, sizeof(batches[0]), compare_u64, NULL);
	*summary = (struct bench_summary){.median = batches[BENCH_BATCHES / 2],
					  .least = batches[0],
					  .most = batches[BENCH_BATCHES - 1]};
}

/* ---- Samples ---- */

static void run_sample(bench_sample_t sample, unsigned int n, bool atomic)
{
	unsigned long flags = begin(atomic);

	sample(n, bench.ticks);
	end(flags);
}

static int compare_u32(const void *a, const void *b)
{
	u32 x = *(const u32 *)a, y = *(const u32 *)b;

	return x < y ? -1 : x > y;
}

static u64 cost_of_looking(void)
{
	u32 ticks[LOOKS];

	bench_look(LOOKS, ticks);
	sort(ticks, LOOKS, sizeof(ticks[0]), compare_u32, NULL);
	return ticks[LOOKS / 2];
}

void bench_summarise(bench_sample_t sample, unsigned int n, bool atomic,
		     struct bench_summary *summary)
{
	u64 look = cost_of_looking(), sum = 0;

	run_sample(sample, n / WARM_UP_PART, atomic);
	run_sample(sample, n, atomic);
	for (unsigned int i = 0; i < n; i++)
		sum += bench.ticks[i];
	sort(bench.ticks, n, sizeof(bench.ticks[0]), compare_u32, NULL);
	*summary = (struct bench_summary){
		.median = per_operation(bench.ticks[n / 2], look, 1),
		.mean = per_operation(sum, look * n, n),
		.least = per_operation(bench.ticks[0], look, 1),
		.most = per_operation(bench.ticks[n - 1], look, 1),
	};
}

/* ---- Printing ---- */

void bench_print_tenths(u64 tenths)
{
	u32 rest;
	u64 whole = div_u64_rem(tenths, TENTHS, &rest);

	console_printf(" %9llu.%u", (unsigned long long)whole, rest);
}

void bench_measure(const struct bench *row)
{
	struct bench_summary summary;

	if (row->loop)
		summarise_loop(row, &summary);
	else
		bench_summarise(row->sample, row->n, is_atomic(row), &summary);
	console_printf("%-40s", row->name);
	bench_print_tenths(row->mean ? summary.mean : summary.median);
	bench_print_tenths(summary.least);
	bench_print_tenths(summary.most);
	console_printf("\n");
}
