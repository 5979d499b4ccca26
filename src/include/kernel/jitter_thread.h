/* The thread that preempt_jitter= switches to. */
#ifndef KERNEL_JITTER_THREAD_H
#define KERNEL_JITTER_THREAD_H

/* Start it, if preempt_jitter= was given. Boot only. */
void jitter_thread_init(void);

#endif
