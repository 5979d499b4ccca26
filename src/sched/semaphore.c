/*
 * Semaphores. A waiter stands in the semaphore's own list and is handed what up()
 * gives, so that nobody who comes later can take it first. (Linux 2.6.26:
 * kernel/semaphore.c has the same idea)
 */
#include <lib/errno.h>
#include <sched/semaphore.h>

struct semaphore_waiter {
	struct list_head list;
	struct task_struct *task;
	bool given;
};

void sema_init(struct semaphore *sem, unsigned int count)
{
	spin_lock_init(&sem->lock);
	sem->count = count;
	INIT_LIST_HEAD(&sem->wait_list);
}

/* Sleep until it is given or the time is up; true if it was given. */
static bool wait_for(struct semaphore *sem, struct semaphore_waiter *waiter,
		     unsigned long ticks)
{
	unsigned long flags;

	for (;;) {
		set_current_state(TASK_UNINTERRUPTIBLE);
		if (READ_ONCE(waiter->given) || !ticks)
			break;
		ticks = (unsigned long)schedule_timeout(ticks);
	}
	__set_current_state(TASK_RUNNING);
	spin_lock_irqsave(&sem->lock, flags);
	if (!waiter->given)
		list_del(&waiter->list);
	spin_unlock_irqrestore(&sem->lock, flags);
	return waiter->given;
}

int down_timeout(struct semaphore *sem, unsigned long ticks)
{
	struct semaphore_waiter waiter = {.task = current};
	unsigned long flags;

	might_sleep();
	spin_lock_irqsave(&sem->lock, flags);
	if (sem->count) {
		sem->count--;
		waiter.given = true;
	} else {
		list_add_tail(&waiter.list, &sem->wait_list);
	}
	spin_unlock_irqrestore(&sem->lock, flags);
	if (waiter.given || wait_for(sem, &waiter, ticks))
		return 0;
	return -ETIME;
}

void down(struct semaphore *sem)
{
	down_timeout(sem, MAX_SCHEDULE_TIMEOUT);
}

bool down_trylock(struct semaphore *sem)
{
	unsigned long flags;
	bool taken;

	spin_lock_irqsave(&sem->lock, flags);
	taken = sem->count != 0;
	sem->count -= taken;
	spin_unlock_irqrestore(&sem->lock, flags);
	return taken;
}

void up(struct semaphore *sem)
{
	struct semaphore_waiter *waiter;
	unsigned long flags;

	spin_lock_irqsave(&sem->lock, flags);
	if (list_empty(&sem->wait_list)) {
		sem->count++;
	} else {
		waiter = list_first_entry(&sem->wait_list, struct semaphore_waiter, list);
		list_del(&waiter->list);
		WRITE_ONCE(waiter->given, true);
		wake_up_process(waiter->task);
	}
	spin_unlock_irqrestore(&sem->lock, flags);
}
