/*
 * Wait queues: a list of waiters, those that wait exclusively at its end. (Linux
 * 2.6.24: kernel/wait.c) Who wakes takes the waiter out of the queue, so that the
 * next call reaches the next one even if this one has not run yet; with that, the
 * exclusive ones are served in the order in which they came.
 */
#include <sched/wait.h>

void init_waitqueue_head(wait_queue_head_t *q)
{
	spin_lock_init(&q->lock);
	INIT_LIST_HEAD(&q->task_list);
}

/* The lock is held. */
static void queue_up(wait_queue_head_t *q, wait_queue_t *wait, unsigned int flags)
{
	wait->flags = flags;
	if (!list_empty(&wait->task_list))
		return;
	if (flags & WQ_FLAG_EXCLUSIVE)
		list_add_tail(&wait->task_list, &q->task_list);
	else
		list_add(&wait->task_list, &q->task_list);
}

static void add(wait_queue_head_t *q, wait_queue_t *wait, unsigned int how)
{
	unsigned long flags;

	spin_lock_irqsave(&q->lock, flags);
	INIT_LIST_HEAD(&wait->task_list);
	queue_up(q, wait, how);
	spin_unlock_irqrestore(&q->lock, flags);
}

void add_wait_queue(wait_queue_head_t *q, wait_queue_t *wait)
{
	add(q, wait, 0);
}

void add_wait_queue_exclusive(wait_queue_head_t *q, wait_queue_t *wait)
{
	add(q, wait, WQ_FLAG_EXCLUSIVE);
}

void remove_wait_queue(wait_queue_head_t *q, wait_queue_t *wait)
{
	unsigned long flags;

	spin_lock_irqsave(&q->lock, flags);
	list_del_init(&wait->task_list);
	spin_unlock_irqrestore(&q->lock, flags);
}

static void prepare(wait_queue_head_t *q, wait_queue_t *wait, long state,
		    unsigned int how)
{
	unsigned long flags;

	spin_lock_irqsave(&q->lock, flags);
	queue_up(q, wait, how);
	set_current_state(state);
	spin_unlock_irqrestore(&q->lock, flags);
}

void prepare_to_wait(wait_queue_head_t *q, wait_queue_t *wait, long state)
{
	prepare(q, wait, state, 0);
}

void prepare_to_wait_exclusive(wait_queue_head_t *q, wait_queue_t *wait, long state)
{
	prepare(q, wait, state, WQ_FLAG_EXCLUSIVE);
}

void finish_wait(wait_queue_head_t *q, wait_queue_t *wait)
{
	__set_current_state(TASK_RUNNING);
	remove_wait_queue(q, wait);
}

unsigned int __wake_up(wait_queue_head_t *q, unsigned int nr_exclusive)
{
	unsigned int woken = 0, left = nr_exclusive;
	wait_queue_t *wait, *next;
	unsigned long flags;

	spin_lock_irqsave(&q->lock, flags);
	list_for_each_entry_safe (wait, next, &q->task_list, task_list) {
		bool exclusive = wait->flags & WQ_FLAG_EXCLUSIVE;

		list_del_init(&wait->task_list);
		woken += wake_up_process(wait->task);
		if (exclusive && nr_exclusive && --left == 0)
			break;
	}
	spin_unlock_irqrestore(&q->lock, flags);
	return woken;
}
