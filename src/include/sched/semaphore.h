/*
 * Counting semaphores, first come, first served; with a count of 1 a lock whose
 * holder may sleep. (Love, "Semaphores"; Linux 2.6.26's generic ones)
 */
#ifndef SCHED_SEMAPHORE_H
#define SCHED_SEMAPHORE_H

#include <sched/wait.h>

struct semaphore {
	spinlock_t lock;
	unsigned int count;
	struct list_head wait_list;
};

#define __SEMAPHORE_INITIALIZER(name, n)                                               \
	{.count = (n), .wait_list = LIST_HEAD_INIT((name).wait_list)}
#define DECLARE_MUTEX(name) struct semaphore name = __SEMAPHORE_INITIALIZER(name, 1)

void sema_init(struct semaphore *sem, unsigned int count);

/* Take one, waiting for it. Sleeps. */
void down(struct semaphore *sem);

/* The same for at most so many ticks; -ETIME when the time ran out. */
int down_timeout(struct semaphore *sem, unsigned long ticks);

/* Take one if there is one; true if so. Any context. (Linux returns the
 * opposite, an old trap.) */
bool down_trylock(struct semaphore *sem);

/* Give one back; the longest waiter gets it. Any context. */
void up(struct semaphore *sem);

#endif
