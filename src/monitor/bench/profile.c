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
#include <mm/vmalloc.h>

static u32 *counts; /* by address in .text */

static void count(unsigned long eip)
{
	if (eip >= (unsigned long)_text && eip < (unsigned long)_etext)
		counts[eip - (unsigned long)_text]++;
}

static void print_counts(void)
{
	for (unsigned long eip = (unsigned long)_text; eip < (unsigned long)_etext; eip++)
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
		       whole ? "" : "; it slept, and what follows is not all of it");
	print_counts();
}

void bench_profile(const struct bench *row)
{
	if (!row->loop) {
		console_printf("%s is no loop: its pair can be profiled\n", row->name);
		return;
	}
	counts = vzalloc((unsigned long)(_etext - _text) * sizeof(*counts));
	if (counts)
		profile(row);
	else
		console_printf("%s: no memory to count in\n", row->name);
	vfree(counts);
}
