/*
 * Threads of the kernel: one address space, one stack each, switched by the timer
 * or when they wait. (Love, Linux Kernel Development, "Process Management" and
 * "Process Scheduling"; Gorman's prerequisites)
 *
 * The scheduler is the simplest that is fair: all runnable threads stand in one
 * queue, the first runs for a time slice and goes to the end. 2.6.24 has CFS and
 * priorities; the kernel's few threads need neither.
 *
 * Creating threads takes memory and is above: kernel/kthread.h.
 */
#ifndef SCHED_SCHED_H
#define SCHED_SCHED_H

#include <lib/bug.h>
#include <lib/list.h>
#include <lib/percpu.h>
#include <lib/preempt.h>
#include <lib/types.h>

#define HZ            250u /* timer interrupts a second, 2.6.24's default on i386 */
#define DEF_TIMESLICE 5u   /* ticks: 20 ms */
#define TASK_COMM_LEN 16
#define MAX_SCHEDULE_TIMEOUT ((unsigned long)-1 >> 1) /* ticks: no limit */

/* task.state */
#define TASK_RUNNING         0 /* on the CPU or in the queue */
#define TASK_INTERRUPTIBLE   1 /* waits for work; may be for ever */
#define TASK_UNINTERRUPTIBLE 2 /* waits for something that should come soon */
#define TASK_DEAD            64

/* task.flags, with Linux's values */
#define PF_EXITING  0x00000004u
#define PF_MEMALLOC 0x00000800u /* may empty the page allocator's reserve */
#define PF_KTHREAD  0x00200000u

struct task_struct {
	volatile long state;
	unsigned long esp;         /* while it does not run */
	unsigned int flags;        /* its own alone */
	int pid;
	char comm[TASK_COMM_LEN];
	void (*fn)(void *);        /* what it runs */
	void *arg;
	void (*dead)(struct task_struct *); /* called when it has ended */
	void *stack;               /* lowest byte */
	unsigned long stack_size;  /* bytes */
	unsigned int time_slice;   /* ticks that are left */
	unsigned long run_ticks;   /* ticks that it was seen running */
	unsigned long nvcsw;       /* switches away from it: it waited, */
	unsigned long nivcsw;      /* or its time was up */
	unsigned long last_switch; /* jiffies when it last left the CPU */
	bool hung_told;            /* the watchdog has spoken of this wait */
	struct list_head run_list; /* in the run queue */
	struct list_head tasks;    /* in the list of all */
};

DECLARE_PER_CPU(struct task_struct *, current_task);
#define current (__get_cpu_var(current_task))

/* The boot's thread, which becomes the monitor's. Its stack is boot's. */
extern struct task_struct init_task;

/* Ticks since the timer runs. Wraps; compare with the macros. */
extern volatile unsigned long jiffies;
#define time_after(a, b)     ((long)((b) - (a)) < 0)
#define time_after_eq(a, b)  ((long)((a) - (b)) >= 0)
#define time_before(a, b)    time_after(b, a)

/* ms milliseconds in ticks, rounded up, at most MAX_SCHEDULE_TIMEOUT. */
unsigned long msecs_to_jiffies(unsigned int ms);

/*
 * Run another thread, if there is one. With current->state other than
 * TASK_RUNNING this thread leaves the queue until somebody wakes it; it must have
 * arranged for that before it set its state. Not in an interrupt or while
 * preemption is off: a BUG that says who.
 */
void schedule(void);

/* The same, staying runnable: the others in the queue come first. */
void yield(void);

/*
 * Sleep until woken, or until so many ticks have passed: at least that long, at
 * most a tick longer. Set current->state first, or it returns at once. Returns the
 * ticks that were left, 0 when the time is up. MAX_SCHEDULE_TIMEOUT: no limit.
 */
long schedule_timeout(unsigned long ticks);
long schedule_timeout_uninterruptible(unsigned long ticks);

/* Sleep for at least so many milliseconds. */
void msleep(unsigned int ms);

/* Make a waiting thread runnable. True if it was waiting. Any context. */
bool wake_up_process(struct task_struct *task);

#define set_current_state(state_value)                                                 \
	do {                                                                           \
		current->state = (state_value);                                        \
		barrier();                                                             \
	} while (0)
#define __set_current_state(state_value) (current->state = (state_value))

/* ---- Who may sleep ---- */

/* False until the boot is done: until then there is nobody to wait for. */
extern bool scheduler_running;

void __might_sleep(const char *file, int line);

/* Stands at the top of what may sleep: a BUG where that is not allowed, whether it
 * would have slept this time or not. Debug builds only. */
#ifdef CONFIG_DEBUG
#define might_sleep() __might_sleep(__FILE__, __LINE__)
#else
#define might_sleep() ((void)0)
#endif
#define might_sleep_if(cond)                                                           \
	do {                                                                           \
		if (cond)                                                              \
			might_sleep();                                                 \
	} while (0)

/* ---- For those who make and end threads ---- */

/* Give the scheduler a thread whose stack is set, to run fn(arg) when it is first
 * woken. fn may not return: it ends in do_exit. Not from an interrupt. */
void sched_add(struct task_struct *task, void (*fn)(void *), void *arg);

/* Leave the CPU for good; dead is called by the next thread, with preemption off,
 * once nothing uses the stack any more. */
__noreturn void do_exit(void (*dead)(struct task_struct *));

/* ---- The timer's end (interrupt context) ---- */

/* Ticks have passed: time goes on, timers fire, a time slice may be over. */
void do_timer(unsigned long ticks);

/* Called at the end of each tick, or NULL: the watchdog's look. */
extern void (*tick_hook)(void);

/* After a handler: let another thread run if one should. Interrupts are off,
 * and off again when it returns. */
void preempt_schedule_irq(void);

/* The boot's thread becomes the first, the idle thread is made. */
void sched_init(void);

/* ---- State ---- */

/* All threads, the idle one first; NULL starts and ends. Preemption must be off
 * over the whole walk. */
struct task_struct *next_task(const struct task_struct *last);

const char *task_state_name(const struct task_struct *task);

/* Switches since boot. */
extern unsigned long nr_context_switches;

/* Verify every invariant of queues and threads; returns the violations, printed. */
unsigned int sched_check(void);

#endif
