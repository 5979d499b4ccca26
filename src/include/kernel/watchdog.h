/*
 * The watchdog: a thread that keeps the CPU, or waits, for longer than makes sense
 * is told of with its callers. (Linux: kernel/softlockup.c, kernel/hung_task.c)
 */
#ifndef KERNEL_WATCHDOG_H
#define KERNEL_WATCHDOG_H

#include <sched/sched.h>

/* In ticks, 0: never. softlockup_thresh= and hung_task_timeout= set them in
 * seconds; tests make them short. */
extern unsigned long softlockup_ticks, hung_task_ticks;

/* Report every thread that has waited in TASK_UNINTERRUPTIBLE for hung_task_ticks;
 * each once. Returns how many were reported. The watchdog's thread does this each
 * second. */
unsigned int check_hung_tasks(void);

/* How many soft lockups were reported since boot. */
extern unsigned long nr_soft_lockups;

/* Print where a thread is: its callers, from where it waits or was interrupted. */
void sched_show_task(const struct task_struct *task);

/* Start it. After sched_init, with memory. Boot only. */
void watchdog_init(void);

#endif
