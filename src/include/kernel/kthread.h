/*
 * Making and ending kernel threads. (Linux: include/linux/kthread.h)
 */
#ifndef KERNEL_KTHREAD_H
#define KERNEL_KTHREAD_H

#include <lib/compiler.h>
#include <sched/sched.h>

/*
 * A thread that will run fn(data), sleeping until wake_up_process(); its name is
 * formatted like printf, at most TASK_COMM_LEN - 1 bytes. Its stack has
 * THREAD_SIZE bytes. NULL when there is no memory. May sleep.
 *
 * The thread ends when fn returns; what fn returns is kept for kthread_stop.
 */
struct task_struct *kthread_create(int (*fn)(void *data), void *data, const char *fmt, ...)
	__printf(3, 4);

#define kthread_run(fn, data, ...)                                                     \
	({                                                                             \
		struct task_struct *__task = kthread_create(fn, data, __VA_ARGS__);    \
		if (__task)                                                            \
			wake_up_process(__task);                                       \
		__task;                                                                \
	})

/*
 * Ask it to end, wait until it has, free it, and return what fn returned. Each
 * thread of kthread_create is stopped exactly once, also one whose fn has
 * returned already. Sleeps. A thread that never ran does not run fn: -EINTR.
 */
int kthread_stop(struct task_struct *task);

/* Whether this thread was asked to end. It is woken when it is asked. */
bool kthread_should_stop(void);

#endif
