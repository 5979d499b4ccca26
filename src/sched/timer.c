/*
 * Time in ticks, and timers: a list sorted by the time at which they fire, so that
 * the tick looks at the first alone. Starting one costs a walk over those that
 * fire earlier; Linux's wheel of lists avoids that for thousands of timers, of
 * which there are a few dozen here. The list is guarded by turning interrupts off.
 */
#include <asm/irqflags.h>
#include <lib/compiler.h>
#include <lib/math64.h>
#include <sched/sched.h>
#include <sched/timer.h>

#define MSEC_PER_SEC 1000u

volatile unsigned long jiffies;

static LIST_HEAD(timers);

void setup_timer(struct timer_list *timer, void (*function)(unsigned long),
		 unsigned long data)
{
	INIT_LIST_HEAD(&timer->entry);
	timer->function = function;
	timer->data = data;
}

/* Interrupts off. Behind those that fire at the same time. */
static void insert(struct timer_list *timer)
{
	struct list_head *before = timers.prev;

	while (before != &timers &&
	       time_after(list_entry(before, struct timer_list, entry)->expires,
			  timer->expires))
		before = before->prev;
	list_add(&timer->entry, before);
}

bool mod_timer(struct timer_list *timer, unsigned long expires)
{
	unsigned long flags;
	bool pending;

	local_irq_save(flags);
	pending = timer_pending(timer);
	list_del_init(&timer->entry);
	timer->expires = expires;
	insert(timer);
	local_irq_restore(flags);
	return pending;
}

bool del_timer(struct timer_list *timer)
{
	unsigned long flags;
	bool pending;

	local_irq_save(flags);
	pending = timer_pending(timer);
	list_del_init(&timer->entry);
	local_irq_restore(flags);
	return pending;
}

void run_timers(void)
{
	while (!list_empty(&timers)) {
		struct timer_list *timer =
			list_first_entry(&timers, struct timer_list, entry);

		if (time_after(timer->expires, jiffies))
			return;
		list_del_init(&timer->entry);
		timer->function(timer->data);
	}
}

/* ---- Sleeping ---- */

unsigned long msecs_to_jiffies(unsigned int ms)
{
	u64 ticks = div_u64((u64)ms * HZ + MSEC_PER_SEC - 1, MSEC_PER_SEC);

	return ticks > MAX_SCHEDULE_TIMEOUT ? MAX_SCHEDULE_TIMEOUT : (unsigned long)ticks;
}

static void wake_sleeper(unsigned long task)
{
	wake_up_process((struct task_struct *)task);
}

long schedule_timeout(unsigned long ticks)
{
	unsigned long end = jiffies + ticks + 1; /* this tick has partly passed */
	struct timer_list timer;
	long left;

	if (ticks >= MAX_SCHEDULE_TIMEOUT) {
		schedule();
		return (long)MAX_SCHEDULE_TIMEOUT;
	}
	setup_timer(&timer, wake_sleeper, (unsigned long)current);
	mod_timer(&timer, end);
	schedule();
	del_timer(&timer);
	left = (long)(end - jiffies) - 1;
	return left < 0 ? 0 : left;
}

long schedule_timeout_uninterruptible(unsigned long ticks)
{
	set_current_state(TASK_UNINTERRUPTIBLE);
	return schedule_timeout(ticks);
}

void msleep(unsigned int ms)
{
	unsigned long left = msecs_to_jiffies(ms);

	might_sleep();
	while (left)
		left = (unsigned long)schedule_timeout_uninterruptible(left);
}
