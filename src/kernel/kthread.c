/*
 * Kernel threads: memory for a thread and its stack, and the hand-shake by which
 * it is asked to end. (Linux 2.6.24: kernel/kthread.c) A thread's memory is given
 * back by kthread_stop alone, once the thread has left its stack for good.
 */
#include <asm/page.h>
#include <kernel/kthread.h>
#include <kernel/thread_stack.h>
#include <lib/errno.h>
#include <lib/string.h>
#include <lib/vsprintf.h>
#include <mm/slab.h>
#include <sched/completion.h>

struct kthread {
	struct task_struct task;
	int (*fn)(void *data);
	void *data;
	int result;
	bool should_stop;
	struct completion exited;
};

static struct kthread *to_kthread(struct task_struct *task)
{
	return container_of(task, struct kthread, task);
}

/* On the next thread's stack; preemption is off. */
static void kthread_dead(struct task_struct *task)
{
	complete(&to_kthread(task)->exited);
}

static void kthread_main(void *arg)
{
	struct kthread *kthread = arg;

	if (!kthread->should_stop)
		kthread->result = kthread->fn(kthread->data);
	do_exit(kthread_dead);
}

struct task_struct *kthread_create(int (*fn)(void *data), void *data, const char *fmt, ...)
{
	struct kthread *kthread = kzalloc(sizeof(*kthread), GFP_KERNEL);
	va_list args;

	if (!kthread)
		return NULL;
	kthread->task.stack = alloc_thread_stack();
	if (!kthread->task.stack) {
		kfree(kthread);
		return NULL;
	}
	kthread->fn = fn;
	kthread->data = data;
	kthread->result = -EINTR;
	init_completion(&kthread->exited);
	kthread->task.flags = PF_KTHREAD;
	kthread->task.stack_size = THREAD_SIZE;
	va_start(args, fmt);
	vsnprintf(kthread->task.comm, sizeof(kthread->task.comm), fmt, args);
	va_end(args);
	sched_add(&kthread->task, kthread_main, kthread);
	return &kthread->task;
}

int kthread_stop(struct task_struct *task)
{
	struct kthread *kthread = to_kthread(task);
	int result;

	might_sleep();
	WRITE_ONCE(kthread->should_stop, true);
	wake_up_process(task);
	wait_for_completion(&kthread->exited);
	result = kthread->result;
	free_thread_stack(task->stack);
	kfree(kthread);
	return result;
}

bool kthread_should_stop(void)
{
	return READ_ONCE(to_kthread(current)->should_stop);
}
