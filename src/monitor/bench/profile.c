/*
 * bench profile: which instructions an operation consists of. A batch of a row runs one
 * instruction at a time (asm/singlestep.h), and each is counted by its address: exact,
 * on any machine, and the sum is what bench prints and the loop itself. ./k896 bench
 * profile adds them up by function, inlined ones too.
 */
#include "internal.h"

#include <asm/sections.h>
#include <asm/singlestep.h>
#include <lib/printk.h>
#include <mm/page_alloc.h>

/* By address in .text. Not from vmalloc, whose tree may be what is measured. */
static u32 *counts;

static void count(unsigned long eip)
{
	if (eip >= (unsigned long)_text && eip < (unsigned long)_etext)
		counts[eip - (unsigned long)_text]++;
}

static void print_counts(void)
{
	for (unsigned long eip = (unsigned long)_text; eip < (unsigned long)_etext;
	     eip++)
		if (counts[eip - (unsigned long)_text])
			console_printf("%08lx %10u  %pS\n", eip,
			               counts[eip - (unsigned long)_text], (void *)eip);
}

static void profile(const struct bench *row)
{
	bool whole;

	bench_run_loop(row, row->n / WARM_UP_PART);
	single_step_begin(count);
	bench_run_loop(row, row->n);
	whole = single_step_end();
	console_printf("%s: %u operations%s\n", row->name, row->n,
	               whole ? "" : "; another thread ran between, a few are missing");
	print_counts();
}

void bench_profile(const struct bench *row)
{
	size_t bytes = (size_t)(_etext - _text) * sizeof(*counts);

	counts = alloc_pages_exact(bytes, GFP_KERNEL | __GFP_ZERO | __GFP_NOWARN);
	if (!counts) {
		console_printf("%s: no memory to count in\n", row->name);
		return;
	}
	profile(row);
	free_pages_exact(counts, bytes);
}
