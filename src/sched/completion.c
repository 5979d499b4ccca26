/* Completions: a counter of what is done, and a wait queue. */
#include <sched/completion.h>

#define DONE_FOR_GOOD ((unsigned int)-1 / 2)

void init_completion(struct completion *x)
{
	x->done = 0;
	init_waitqueue_head(&x->wait);
}

/* Use one up, if there is one. */
static bool take(struct completion *x)
{
	unsigned long flags;
	bool done;

	spin_lock_irqsave(&x->wait.lock, flags);
	done = x->done != 0;
	if (done && x->done < DONE_FOR_GOOD)
		x->done--;
	spin_unlock_irqrestore(&x->wait.lock, flags);
	return done;
}

long wait_for_completion_timeout(struct completion *x, unsigned long ticks)
{
	bool taken = false;
	long left = __wait_event(x->wait, taken || (taken = take(x)),
				 TASK_UNINTERRUPTIBLE, true, __left, ticks);

	if (!taken)
		return 0;
	return left > 0 ? left : 1;
}

void wait_for_completion(struct completion *x)
{
	wait_for_completion_timeout(x, MAX_SCHEDULE_TIMEOUT);
}

void complete(struct completion *x)
{
	unsigned long flags;

	spin_lock_irqsave(&x->wait.lock, flags);
	if (x->done < DONE_FOR_GOOD)
		x->done++;
	__wake_up(&x->wait, 1);
	spin_unlock_irqrestore(&x->wait.lock, flags);
}

void complete_all(struct completion *x)
{
	unsigned long flags;

	spin_lock_irqsave(&x->wait.lock, flags);
	x->done = DONE_FOR_GOOD;
	__wake_up(&x->wait, 0);
	spin_unlock_irqrestore(&x->wait.lock, flags);
}
