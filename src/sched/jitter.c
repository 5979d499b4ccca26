/*
 * Pseudo-random intervals between switches, and a digest of where they fell. The
 * generator is splitmix64 (Steele, Lea, Flood, "Fast splittable pseudorandom
 * number generators", 2014), the digest FNV-1a.
 */
#include <asm/irqflags.h>
#include <lib/compiler.h>
#include <lib/errno.h>
#include <lib/kstrtox.h>
#include <lib/params.h>
#include <sched/jitter.h>

/*
 * Counts. An interrupt must fit into the least; the most is a third of a
 * millisecond. The scale is chosen first, so that short intervals, after which two
 * threads are in the midst of the same thing, are as frequent as long ones.
 */
#define INTERVAL_MIN 4u
#define INTERVAL_MAX 400u
#define SCALES       6u
#define FNV_PRIME    16777619u
#define FNV_START    2166136261u

bool preempt_jitter;

static struct jitter_state state = {.digest = FNV_START};
static u64 random_state;

static int __init preempt_jitter_param(const char *value)
{
	u64 seed;

	if (!value || kstrtoull(value, 0, &seed))
		return -EINVAL;
	preempt_jitter = true;
	state.seed = random_state = seed;
	return 0;
}
early_param("preempt_jitter", preempt_jitter_param,
	    "preempt_jitter=SEED, switch threads after pseudo-random intervals");

static u32 next_random(void)
{
	u64 z = (random_state += 0x9E3779B97F4A7C15ULL);

	z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
	z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
	return (u32)((z ^ (z >> 31)) >> 32);
}

u32 jitter_interval(unsigned long eip)
{
	u32 random = next_random();
	u32 span = (INTERVAL_MAX - INTERVAL_MIN) >> random % SCALES;

	state.intervals++;
	state.digest = (state.digest ^ (u32)eip) * FNV_PRIME;
	return INTERVAL_MIN + random / SCALES % span;
}

struct jitter_state jitter_state(void)
{
	struct jitter_state now;
	unsigned long flags;

	local_irq_save(flags);
	now = state;
	local_irq_restore(flags);
	return now;
}
