/*
 * Completions: one thread tells others that something is done. (Love,
 * "Completion Variables")
 */
#ifndef SCHED_COMPLETION_H
#define SCHED_COMPLETION_H

#include <sched/wait.h>

struct completion {
	unsigned int done; /* completions that nobody has waited for yet */
	wait_queue_head_t wait;
};

#define COMPLETION_INITIALIZER(name)                                                   \
	{.wait = __WAIT_QUEUE_HEAD_INITIALIZER((name).wait)}
#define DECLARE_COMPLETION(name) struct completion name = COMPLETION_INITIALIZER(name)

void init_completion(struct completion *x);

/* Wait until it is complete, and use that up. Sleeps. */
void wait_for_completion(struct completion *x);

/* At most so many ticks; the ticks left, at least 1, or 0 if time ran out. */
long wait_for_completion_timeout(struct completion *x, unsigned long ticks);

/* Let one waiter go on, now or when it comes; or all, for good. Any context. */
void complete(struct completion *x);
void complete_all(struct completion *x);

#endif
