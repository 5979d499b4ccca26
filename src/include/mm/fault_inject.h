/*
 * Making allocations fail on purpose, so that the code that handles it is run.
 *
 *	fail_page_alloc=PROBABILITY,INTERVAL,TIMES	blocks of pages
 *	failslab=PROBABILITY,INTERVAL,TIMES		objects
 *
 * of every INTERVAL-th allocation, PROBABILITY percent fail, until TIMES have
 * (-1: no limit). fail_seed=N starts the sequence of chances: the same seed and
 * the same allocations give the same failures. An allocation with __GFP_NOFAIL
 * never fails. Linux's parameter has the order interval, probability, space,
 * times; otherwise the meaning is the same.
 */
#ifndef MM_FAULT_INJECT_H
#define MM_FAULT_INJECT_H

#include <lib/types.h>

struct task_struct;

struct fault_attr {
	unsigned int probability; /* percent; 0: never */
	unsigned int interval;    /* 1: each one is a candidate */
	long times;               /* left; -1: no limit */
};

/* For tests: make chances as the parameter would, with that seed. Counting starts
 * anew. A probability of 0 turns it off. */
void fault_inject_set(const struct fault_attr *attr, u64 seed);

/*
 * For tests of each failure path in turn: the n-th allocation of this thread from
 * now fails, the others do not (1: the next one). 0 calls it off.
 *
 *	for (unsigned long n = 1;; n++) {
 *		fault_inject_nth(n);
 *		error = what_allocates();
 *		if (fault_inject_cancel())
 *			break; // it needs fewer than n: all were tried
 *	}
 */
void fault_inject_nth(unsigned long n);

/* Calls it off. True if it had not happened yet. */
bool fault_inject_cancel(void);

/* Allocations that were asked about, and those made to fail, since boot. */
struct fault_stats {
	unsigned long calls, failed;
};
struct fault_stats fault_inject_stats(void);

/* ---- The same for objects (kmem_cache_alloc, kmalloc) ---- */

void failslab_set(const struct fault_attr *attr, u64 seed);
void failslab_nth(unsigned long n);
bool failslab_cancel(void);
struct fault_stats failslab_stats(void);

/* ---- What both are made of ---- */

struct fault_point {
	const char *name; /* the parameter's */
	struct fault_attr attr;
	u64 state;                /* of the chances */
	unsigned long candidates; /* since it was set, for the interval */
	unsigned long nth;        /* allocations until the one that fails; 0: none ... */
	const struct task_struct *nth_task; /* ... of this thread */
	struct fault_stats stats;
};

enum fault {
	FAULT_NONE,
	FAULT_BY_NUMBER,
	FAULT_BY_CHANCE, /* worth a message */
};

/* Take a parameter's value; -EINVAL, and nothing changed, if it is malformed. */
int fault_point_parse(struct fault_point *point, const char *value);

/* Whether there is anything to ask. */
bool fault_point_active(const struct fault_point *point);

/* Whether this allocation fails. Counts it. */
enum fault fault_point_ask(struct fault_point *point);

void fault_point_nth(struct fault_point *point, unsigned long n);

void fault_point_set(struct fault_point *point, const struct fault_attr *attr,
                     u64 seed);

/* Once, after the parameters: start from fail_seed=, say what is on. */
void fault_point_announce(struct fault_point *point);

#endif
