/*
 * Wait queues: threads that wait for an event, and how they are woken. The waiter
 * queues itself, sets its state, looks once more whether the event is there, and
 * only then schedules, so that no wake-up falls in between. (Gorman's and Love's
 * "Wait Queues"; Linux 2.6.24's names)
 *
 * Waking may be done anywhere; waiting may sleep. Those who wait exclusively stand
 * behind the others and are woken one at a time, in the order in which they came.
 */
#ifndef SCHED_WAIT_H
#define SCHED_WAIT_H

#include <sched/sched.h>
#include <sched/spinlock.h>

#define WQ_FLAG_EXCLUSIVE 0x01u

typedef struct wait_queue {
	unsigned int flags;
	struct task_struct *task;
	struct list_head task_list; /* empty: not queued */
} wait_queue_t;

typedef struct {
	spinlock_t lock;
	struct list_head task_list;
} wait_queue_head_t;

#define __WAIT_QUEUE_HEAD_INITIALIZER(name) {.task_list = LIST_HEAD_INIT((name).task_list)}
#define DECLARE_WAIT_QUEUE_HEAD(name)                                                  \
	wait_queue_head_t name = __WAIT_QUEUE_HEAD_INITIALIZER(name)
#define DEFINE_WAIT(name)                                                              \
	wait_queue_t name = {.task = current, .task_list = LIST_HEAD_INIT((name).task_list)}
#define DECLARE_WAITQUEUE(name, tsk)                                                   \
	wait_queue_t name = {.task = (tsk), .task_list = LIST_HEAD_INIT((name).task_list)}

void init_waitqueue_head(wait_queue_head_t *q);

static inline bool waitqueue_active(const wait_queue_head_t *q)
{
	return !list_empty(&q->task_list);
}

/* Queue, without a look at the state: the longer way of prepare_to_wait. */
void add_wait_queue(wait_queue_head_t *q, wait_queue_t *wait);
void add_wait_queue_exclusive(wait_queue_head_t *q, wait_queue_t *wait);
void remove_wait_queue(wait_queue_head_t *q, wait_queue_t *wait);

/* Queue (if it is not queued) and set the state; after it, look at the condition,
 * then schedule. finish_wait undoes both. */
void prepare_to_wait(wait_queue_head_t *q, wait_queue_t *wait, long state);
void prepare_to_wait_exclusive(wait_queue_head_t *q, wait_queue_t *wait, long state);
void finish_wait(wait_queue_head_t *q, wait_queue_t *wait);

/* Wake all that wait not exclusively, and nr of those that do (0: all of them).
 * Who is woken leaves the queue. Returns how many were woken. */
unsigned int __wake_up(wait_queue_head_t *q, unsigned int nr_exclusive);
#define wake_up(q)        __wake_up(q, 1)
#define wake_up_nr(q, nr) __wake_up(q, nr)
#define wake_up_all(q)    __wake_up(q, 0)

#define __wait_event(q, condition, state, exclusive, left, ticks)                      \
	({                                                                             \
		long left = (long)(ticks);                                             \
		DEFINE_WAIT(__wait);                                                   \
		might_sleep();                                                         \
		while (!(condition)) {                                                 \
			if (exclusive)                                                 \
				prepare_to_wait_exclusive(&(q), &__wait, state);       \
			else                                                           \
				prepare_to_wait(&(q), &__wait, state);                 \
			if (condition)                                                 \
				break;                                                 \
			if (left <= 0)                                                 \
				break;                                                 \
			left = schedule_timeout((unsigned long)left);                  \
		}                                                                      \
		finish_wait(&(q), &__wait);                                            \
		left;                                                                  \
	})

/* Sleep until the condition holds; who makes it hold wakes the queue. */
#define wait_event(q, condition)                                                       \
	((void)__wait_event(q, condition, TASK_UNINTERRUPTIBLE, false, __left,         \
	                    MAX_SCHEDULE_TIMEOUT))
#define wait_event_exclusive(q, condition)                                             \
	((void)__wait_event(q, condition, TASK_UNINTERRUPTIBLE, true, __left,          \
	                    MAX_SCHEDULE_TIMEOUT))
/* The same for who waits for work, perhaps for ever: not the watchdog's business. */
#define wait_event_interruptible(q, condition)                                         \
	((void)__wait_event(q, condition, TASK_INTERRUPTIBLE, false, __left,           \
	                    MAX_SCHEDULE_TIMEOUT))

/* At most so many ticks. Returns the ticks left, at least 1, when the condition
 * holds; 0 when the time ran out first. */
#define wait_event_timeout(q, condition, ticks)                                        \
	({                                                                             \
		long __remaining = __wait_event(q, condition, TASK_UNINTERRUPTIBLE,    \
		                                false, __left, ticks);                 \
		(condition) ? (__remaining > 0 ? __remaining : 1) : 0;                 \
	})

#endif
