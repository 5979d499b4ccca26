/*
 * preempt_jitter=SEED: switch threads after pseudo-random intervals instead of at
 * the end of time slices, so that every place is a place where somebody else may
 * come in between. The same seed, on an emulator that counts time in instructions
 * (FACTS: QEMU's -icount), switches at the same instructions, and a failure comes
 * again. (Pintos calls this jitter.)
 */
#ifndef SCHED_JITTER_H
#define SCHED_JITTER_H

#include <lib/types.h>

extern bool preempt_jitter;

static inline bool jitter_on(void)
{
	return preempt_jitter;
}

/* The next interval, in counts of the PIT's 1,193,182 a second; eip, where the
 * last one ended, goes into the digest. */
u32 jitter_interval(unsigned long eip);

/* How many intervals there were, and a digest of where each ended: two boots with
 * equal digests have been interrupted at the same instructions. */
struct jitter_state {
	u64 seed;
	unsigned long intervals;
	u32 digest;
};
struct jitter_state jitter_state(void);

#endif
