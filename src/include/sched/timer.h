/*
 * Timers: a function that the tick calls when its time has come, once.
 */
#ifndef SCHED_TIMER_H
#define SCHED_TIMER_H

#include <lib/list.h>
#include <lib/types.h>

struct timer_list {
	struct list_head entry; /* empty: not pending */
	unsigned long expires;  /* jiffies */
	void (*function)(unsigned long data); /* in interrupt context */
	unsigned long data;
};

void setup_timer(struct timer_list *timer, void (*function)(unsigned long),
		 unsigned long data);

/* (Re)start: fires at the first tick at which jiffies has reached expires, never
 * within the call. Returns whether it was pending. Any context. */
bool mod_timer(struct timer_list *timer, unsigned long expires);

/* Stop it; whether it was pending. Its function is not running afterwards. */
bool del_timer(struct timer_list *timer);

static inline bool timer_pending(const struct timer_list *timer)
{
	return !list_empty(&timer->entry);
}

/* The tick's: call what is due. Interrupts off. */
void run_timers(void);

#endif
