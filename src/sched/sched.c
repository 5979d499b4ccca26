/*
 * The scheduler: one run queue a CPU, first in, first out, and time slices. A
 * thread that is woken or whose slice is over goes to the end; the first one runs
 * next. When the queue is empty the idle thread halts the CPU. (Love, "Process
 * Scheduling"; the round-robin class SCHED_RR of 2.6.24 is the same algorithm.)
 *
 * A switch happens in three places: in schedule(), called by who waits; after an
 * interrupt, if the handler or the tick asked for it and nobody has preemption
 * off; and where preemption is switched on again after it was asked for.
 *
 * The queue is guarded by turning interrupts off. Invariants, which sched_check()
 * verifies: a thread is in the queue if and only if it is runnable, is not the
 * current one and is not the idle thread; nr_running counts the queue.
 */
#include <asm/irqflags.h>
#include <asm/page.h>
#include <asm/switch_to.h>
#include <lib/printk.h>
#include <lib/string.h>
#include <lib/util.h>
#include <sched/jitter.h>
#include <sched/sched.h>
#include <sched/timer.h>

#define IDLE_PID 0
#define INIT_PID 1

struct rq {
	struct list_head queue; /* threads that could run */
	unsigned int nr_running;
	struct task_struct *idle;
	struct task_struct *prev; /* during a switch: who is left */
};

static struct task_struct idle_task;
static char idle_stack[THREAD_SIZE] __aligned(16);

struct task_struct init_task = {
	.flags = PF_KTHREAD,
	.pid = INIT_PID,
	.comm = "monitor",
	.time_slice = DEF_TIMESLICE,
	.run_list = LIST_HEAD_INIT(init_task.run_list),
	.tasks = LIST_HEAD_INIT(init_task.tasks),
};

DEFINE_PER_CPU(struct task_struct *, current_task) = {&init_task};
static DEFINE_PER_CPU(struct rq, runqueues);

static LIST_HEAD(task_list);
static int last_pid = INIT_PID;

bool scheduler_running;
void (*tick_hook)(void);
unsigned long nr_context_switches;

/* ---- The queue; interrupts off ---- */

static struct rq *this_rq(void)
{
	return &__get_cpu_var(runqueues);
}

static void enqueue(struct rq *rq, struct task_struct *task)
{
	list_add_tail(&task->run_list, &rq->queue);
	rq->nr_running++;
}

static struct task_struct *pick_next(struct rq *rq)
{
	struct task_struct *task;

	if (list_empty(&rq->queue))
		return rq->idle;
	task = list_first_entry(&rq->queue, struct task_struct, run_list);
	list_del_init(&task->run_list);
	rq->nr_running--;
	return task;
}

static void resched(void)
{
	WRITE_ONCE(__get_cpu_var(need_resched), true);
}

/* ---- Switching ---- */

/* The first thing that a thread does when it has the CPU again. */
static void finish_switch(void)
{
	struct task_struct *prev = this_rq()->prev;

	if (unlikely(prev->state == TASK_DEAD)) {
		preempt_disable();
		list_del_init(&prev->tasks);
		prev->dead(prev); /* the last use: it may be gone now */
		preempt_enable_no_resched();
	}
}

static void stack_overflow(const struct task_struct *task)
{
	panic("thread %s (pid %d) has overrun its stack of %lu bytes at %p", task->comm,
	      task->pid, task->stack_size, task->stack);
}

/* The lowest word of a stack, which nobody should reach. */
#define STACK_END_MAGIC 0x57AC6E9DUL

static void check_stack(const struct task_struct *task)
{
	if (task->stack && unlikely(*(unsigned long *)task->stack != STACK_END_MAGIC))
		stack_overflow(task);
}

/* Interrupts off. A thread that was preempted stays runnable, whatever state it
 * was about to wait in. */
static void __schedule(bool preempted)
{
	struct task_struct *prev = current, *next;
	struct rq *rq = this_rq();

	WRITE_ONCE(__get_cpu_var(need_resched), false);
	check_stack(prev);
	if (prev != rq->idle && (preempted || prev->state == TASK_RUNNING))
		enqueue(rq, prev);
	next = pick_next(rq);
	if (next == prev)
		return;
	if (preempted)
		prev->nivcsw++;
	else
		prev->nvcsw++;
	prev->last_switch = jiffies;
	prev->hung_told = false;
	next->time_slice = DEF_TIMESLICE;
	nr_context_switches++;
	rq->prev = prev;
	current = next;
	__switch_to(&prev->esp, next->esp);
	finish_switch();
}

static noinline void schedule_bug(void)
{
	panic("BUG: scheduling while atomic: %s/%d/%#x: %s", current->comm, current->pid,
	      preempt_count(),
	      in_irq() ? "this is an interrupt handler"
		       : "a spinlock is held, or a kmap_atomic is open");
}

void schedule(void)
{
	unsigned long flags;

	if (unlikely(in_atomic()))
		schedule_bug();
	local_irq_save(flags);
	__schedule(false);
	local_irq_restore(flags);
}

void yield(void)
{
	__set_current_state(TASK_RUNNING);
	schedule();
}

static void preempt(void)
{
	unsigned long flags;

	if (in_atomic() || irqs_disabled())
		return; /* the tick, or who turns them on, will ask again */
	local_irq_save(flags);
	__schedule(true);
	local_irq_restore(flags);
}

void preempt_schedule_irq(void)
{
	__schedule(true);
}

bool wake_up_process(struct task_struct *task)
{
	struct rq *rq = this_rq();
	unsigned long flags;
	bool waited;

	local_irq_save(flags);
	waited = task->state == TASK_INTERRUPTIBLE || task->state == TASK_UNINTERRUPTIBLE;
	if (waited) {
		task->state = TASK_RUNNING;
		if (task != current && list_empty(&task->run_list)) {
			enqueue(rq, task);
			if (current == rq->idle)
				resched();
		}
	}
	local_irq_restore(flags);
	return waited;
}

/* ---- Threads come and go ---- */

/* A new thread's first steps: __schedule's second half, on a stack of its own. */
static void thread_start(void)
{
	finish_switch();
	local_irq_enable();
	preempt_check_resched();
	current->fn(current->arg);
	BUG(); /* threads end in do_exit */
}

void sched_add(struct task_struct *task, void (*fn)(void *), void *arg)
{
	unsigned long flags;

	*(unsigned long *)task->stack = STACK_END_MAGIC;
	task->fn = fn;
	task->arg = arg;
	task->state = TASK_UNINTERRUPTIBLE;
	task->time_slice = DEF_TIMESLICE;
	INIT_LIST_HEAD(&task->run_list);
	local_irq_save(flags);
	task->esp = new_switch_frame(task->stack, task->stack_size, thread_start);
	task->pid = ++last_pid;
	task->last_switch = jiffies;
	list_add_tail(&task->tasks, &task_list);
	local_irq_restore(flags);
}

void do_exit(void (*dead)(struct task_struct *))
{
	BUG_ON(in_atomic() || current == &init_task);
	local_irq_disable();
	current->flags |= PF_EXITING;
	current->dead = dead;
	current->state = TASK_DEAD;
	__schedule(false);
	BUG(); /* nobody switches back to it */
}

static void idle(void *unused)
{
	(void)unused;
	for (;;) {
		local_irq_disable();
		if (list_empty(&this_rq()->queue)) {
			safe_halt();
		} else {
			local_irq_enable();
			schedule();
		}
	}
}

/* Not in the queue: it runs when that is empty. */
static void make_idle_task(void)
{
	idle_task.flags = PF_KTHREAD;
	idle_task.stack = idle_stack;
	idle_task.stack_size = sizeof(idle_stack);
	strlcpy(idle_task.comm, "swapper", sizeof(idle_task.comm));
	sched_add(&idle_task, idle, NULL);
	idle_task.state = TASK_RUNNING;
	idle_task.pid = IDLE_PID;
	last_pid = INIT_PID;
	this_rq()->idle = &idle_task;
}

void sched_init(void)
{
	INIT_LIST_HEAD(&this_rq()->queue);
	make_idle_task();
	list_add_tail(&init_task.tasks, &task_list);
	preempt_schedule = preempt;
}

/* ---- The tick ---- */

static void scheduler_tick(unsigned long ticks)
{
	struct task_struct *task = current;

	task->run_ticks += ticks;
	if (task->time_slice > ticks) {
		task->time_slice -= (unsigned int)ticks;
	} else {
		task->time_slice = DEF_TIMESLICE;
		resched();
	}
	if (jitter_on() || task == this_rq()->idle)
		resched();
	if (list_empty(&this_rq()->queue))
		WRITE_ONCE(__get_cpu_var(need_resched), false);
}

void do_timer(unsigned long ticks)
{
	jiffies += ticks;
	run_timers();
	scheduler_tick(ticks);
	if (tick_hook)
		tick_hook();
}

/* ---- Who may sleep ---- */

void __might_sleep(const char *file, int line)
{
	if (likely(!in_atomic() && !irqs_disabled()) || !scheduler_running)
		return;
	panic("BUG: sleeping function called from invalid context at %s:%d: preempt count "
	      "%#x, interrupts %s, %s/%d", file, line, preempt_count(),
	      irqs_disabled() ? "off" : "on", current->comm, current->pid);
}

/* ---- State ---- */

struct task_struct *next_task(const struct task_struct *last)
{
	const struct list_head *next = last ? last->tasks.next : task_list.next;

	if (next == &task_list)
		return NULL;
	return list_entry(next, struct task_struct, tasks);
}

const char *task_state_name(const struct task_struct *task)
{
	switch (task->state) {
	case TASK_RUNNING:
		return task == current ? "R+ (running)" : "R (runnable)";
	case TASK_INTERRUPTIBLE:
		return "S (sleeping)";
	case TASK_UNINTERRUPTIBLE:
		return "D (waiting)";
	default:
		return "X (dead)";
	}
}

static unsigned int violation(const struct task_struct *task, const char *what)
{
	pr_err("sched_check: %s (pid %d, state %ld) %s\n", task->comm, task->pid,
	       task->state, what);
	return 1;
}

static unsigned int check_task(const struct task_struct *task)
{
	bool queued = !list_empty(&task->run_list);
	bool should = task->state == TASK_RUNNING && task != current &&
		      task != this_rq()->idle;

	if (task->stack && *(unsigned long *)task->stack != STACK_END_MAGIC)
		return violation(task, "has overrun its stack");
	if (should && !queued)
		return violation(task, "is runnable and not in the queue");
	if (queued && (task == current || task == this_rq()->idle))
		return violation(task, "stands in the queue and should not");
	return 0;
}

unsigned int sched_check(void)
{
	unsigned int violations = 0, queued = 0;
	struct task_struct *task = NULL;
	unsigned long flags;

	local_irq_save(flags);
	while ((task = next_task(task)) != NULL)
		violations += check_task(task);
	list_for_each_entry (task, &this_rq()->queue, run_list)
		queued++;
	if (queued != this_rq()->nr_running) {
		pr_err("sched_check: %u threads in the queue, %u counted\n", queued,
		       this_rq()->nr_running);
		violations++;
	}
	local_irq_restore(flags);
	return violations;
}
