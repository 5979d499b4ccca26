/* Time from the time-stamp counter, its rate measured against the PIT. */
#ifndef ASM_TIME_H
#define ASM_TIME_H

#include <lib/types.h>

extern u32 tsc_khz; /* 0 until time_init has measured it */

/* Measure the counter's rate (half a millisecond) and start printk's clock. */
void time_init(void);

/* Start the tick: from now on interrupts call do_timer (sched/sched.h). */
void timer_init(void);

/* Microseconds since the kernel's first line; 0 before time_init. */
u64 sched_clock_us(void);

#endif
