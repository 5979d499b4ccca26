/*
 * Fault injection: whether an allocation fails is decided before anything is
 * looked at, so that a failure on purpose and one for lack of memory take the
 * same way back to the caller. The chances come from a generator of 64 bits with
 * a seed that can be given, so that a failure can be had again. This is the
 * deciding alone; page_debug and slab_common have a fault point each.
 * (Linux: Documentation/fault-injection)
 */
#include <asm/irqflags.h>
#include <lib/compiler.h>
#include <lib/errno.h>
#include <lib/kstrtox.h>
#include <lib/params.h>
#include <lib/printk.h>
#include <lib/string.h>
#include <mm/fault_inject.h>
#include <sched/sched.h>

#define DEFAULT_SEED 1
#define NUMBER_MAX   24 /* characters of one of the parameter's numbers */
#define PERCENT      100
#define NO_LIMIT     (-1L)

static u64 seed = DEFAULT_SEED;

/* ---- Parameters ---- */

/* One number and the comma behind it, which must be there if `more`. Returns
 * what follows, NULL if it is malformed. */
static const char *__init take_number(const char *text, bool more,
                                      unsigned long *number)
{
	char digits[NUMBER_MAX];
	size_t len = strcspn(text, ",");

	if (len >= sizeof(digits) || (text[len] == ',') != more)
		return NULL;
	memcpy(digits, text, len);
	digits[len] = '\0';
	if (kstrtoul(digits, 0, number))
		return NULL;
	return text + len + (more ? 1 : 0);
}

static int __init parse_times(const char *text, long *times)
{
	unsigned long number;

	if (strcmp(text, "-1") == 0) {
		*times = NO_LIMIT;
		return 0;
	}
	if (!take_number(text, false, &number) || (long)number < 0)
		return -EINVAL;
	*times = (long)number;
	return 0;
}

int __init fault_point_parse(struct fault_point *point, const char *value)
{
	unsigned long probability, interval;
	const char *rest = value;
	long times;

	if (rest)
		rest = take_number(rest, true, &probability);
	if (rest)
		rest = take_number(rest, true, &interval);
	if (!rest || parse_times(rest, &times) || probability > PERCENT || !interval)
		return -EINVAL;
	point->attr = (struct fault_attr){(unsigned int)probability,
	                                  (unsigned int)interval, times};
	return 0;
}

static int __init fail_seed_param(const char *value)
{
	return value ? kstrtoull(value, 0, &seed) : -EINVAL;
}
early_param("fail_seed", fail_seed_param,
            "fail_seed=NUMBER, for what fails on purpose");

/* ---- Chances ---- */

/* Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014. */
static u32 next_random(u64 *state)
{
	u64 z = (*state += 0x9e3779b97f4a7c15ULL);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return (u32)((z ^ (z >> 31)) >> 32);
}

static bool chance_fails(struct fault_point *point)
{
	struct fault_attr *attr = &point->attr;

	if (!attr->probability || !attr->times)
		return false;
	if (++point->candidates % attr->interval)
		return false;
	if (next_random(&point->state) % PERCENT >= attr->probability)
		return false;
	if (attr->times != NO_LIMIT)
		attr->times--;
	return true;
}

/* Of the thread that asked for it, as Linux's fail-nth: others do not count. */
static bool nth_fails(struct fault_point *point)
{
	if (!point->nth || point->nth_task != current || in_interrupt())
		return false;
	return --point->nth == 0;
}

void fault_point_nth(struct fault_point *point, unsigned long n)
{
	unsigned long flags;

	local_irq_save(flags);
	point->nth = n;
	point->nth_task = current;
	local_irq_restore(flags);
}

bool fault_point_active(const struct fault_point *point)
{
	return point->nth || (point->attr.probability && point->attr.times);
}

enum fault fault_point_ask(struct fault_point *point)
{
	bool by_chance, by_number;
	unsigned long flags;

	local_irq_save(flags);
	point->stats.calls++;
	by_number = nth_fails(point);
	by_chance = chance_fails(point);
	if (by_number || by_chance)
		point->stats.failed++;
	local_irq_restore(flags);
	if (by_chance)
		return FAULT_BY_CHANCE;
	return by_number ? FAULT_BY_NUMBER : FAULT_NONE;
}

void fault_point_set(struct fault_point *point, const struct fault_attr *attr,
                     u64 new_seed)
{
	unsigned long flags;

	local_irq_save(flags);
	point->attr = *attr;
	point->state = new_seed;
	point->candidates = 0;
	local_irq_restore(flags);
}

void fault_point_announce(struct fault_point *point)
{
	point->state = seed;
	point->candidates = 0;
	if (fault_point_active(point))
		pr_info("%s: probability %u%%, interval %u, times %ld, seed %llu\n",
		        point->name, point->attr.probability, point->attr.interval,
		        point->attr.times, (unsigned long long)seed);
}
