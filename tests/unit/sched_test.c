/*
 * Threads, and all that they wait for. On the host a thread is left only where it
 * waits, and time passes only when all wait; in the kernel the tick cuts in. The
 * cases hold in both.
 */
#include "ktest.h"

#include <kernel/kthread.h>
#include <lib/errno.h>
#include <lib/string.h>
#include <sched/completion.h>
#include <sched/jitter.h>
#include <sched/semaphore.h>
#include <sched/timer.h>

#define MANY 16

/* ---- kthread ---- */

static int add_one(void *data)
{
	(*(int *)data)++;
	return 42;
}

TEST(kthread, runs_its_function_and_stop_returns_the_result)
{
	int counter = 0;
	struct task_struct *task = kthread_run(add_one, &counter, "adder/%d", 7);

	ASSERT(task != NULL);
	EXPECT_STR(task->comm, "adder/7");
	while (task->state != TASK_DEAD)
		yield();
	EXPECT_EQ(kthread_stop(task), 42);
	EXPECT_EQ(counter, 1);
	EXPECT_EQ(sched_check(), 0);
}

TEST(kthread, that_never_ran_is_stopped_without_running)
{
	int counter = 0;
	struct task_struct *task = kthread_create(add_one, &counter, "never");

	ASSERT(task != NULL);
	EXPECT_EQ(kthread_stop(task), -EINTR);
	EXPECT_EQ(counter, 0);
}

static int until_asked(void *data)
{
	while (!kthread_should_stop()) {
		set_current_state(TASK_INTERRUPTIBLE);
		if (!kthread_should_stop())
			schedule();
		__set_current_state(TASK_RUNNING);
		(*(int *)data)++;
	}
	return 0;
}

TEST(kthread, that_sleeps_is_woken_to_end)
{
	int rounds = 0;
	struct task_struct *task = kthread_run(until_asked, &rounds, "sleeper");

	ASSERT(task != NULL);
	while (task->state != TASK_INTERRUPTIBLE)
		yield();
	EXPECT_EQ(kthread_stop(task), 0);
	EXPECT(rounds >= 1);
}

TEST(kthread, a_long_name_is_cut)
{
	int counter = 0;
	struct task_struct *task = kthread_create(add_one, &counter, "%s",
						  "a-name-longer-than-fifteen");

	ASSERT(task != NULL);
	EXPECT_STR(task->comm, "a-name-longer-t");
	kthread_stop(task);
}

TEST(kthread, every_thread_is_listed_once_with_a_pid_of_its_own)
{
	struct task_struct *threads[MANY], *task = NULL;
	int counter = 0, listed = 0;

	for (int i = 0; i < MANY; i++)
		ASSERT((threads[i] = kthread_create(add_one, &counter, "t%d", i)) != NULL);
	preempt_disable();
	while ((task = next_task(task)) != NULL)
		for (int i = 0; i < MANY; i++)
			listed += task == threads[i];
	preempt_enable();
	EXPECT_EQ(listed, MANY);
	for (int i = 1; i < MANY; i++)
		EXPECT(threads[i]->pid > threads[i - 1]->pid);
	EXPECT_EQ(sched_check(), 0);
	for (int i = 0; i < MANY; i++)
		kthread_stop(threads[i]);
	EXPECT_EQ(sched_check(), 0);
}

/* ---- wait queues ---- */

static DECLARE_WAIT_QUEUE_HEAD(queue);
static int order[MANY], nr_woken;
static volatile bool open_for_all;

struct waiter {
	int number;
	bool exclusive;
	struct task_struct *task;
};

static int wait_once(void *data)
{
	struct waiter *self = data;
	DEFINE_WAIT(wait);

	if (self->exclusive)
		prepare_to_wait_exclusive(&queue, &wait, TASK_UNINTERRUPTIBLE);
	else
		prepare_to_wait(&queue, &wait, TASK_UNINTERRUPTIBLE);
	if (!open_for_all)
		schedule();
	finish_wait(&queue, &wait);
	preempt_disable();
	order[nr_woken++] = self->number;
	preempt_enable();
	return 0;
}

/* How many stand in a list of waiters. */
static int waiting(const struct list_head *waiters)
{
	const struct list_head *pos;
	int nr = 0;

	preempt_disable();
	for (pos = waiters->next; pos != waiters; pos = pos->next)
		nr++;
	preempt_enable();
	return nr;
}

static int queued(void)
{
	return waiting(&queue.task_list);
}

/* Start them one after the other, each in the queue before the next comes. */
static void start_waiters(struct waiter *waiters, int nr)
{
	nr_woken = 0;
	open_for_all = false;
	for (int i = 0; i < nr; i++) {
		waiters[i].number = i;
		waiters[i].task = kthread_run(wait_once, &waiters[i], "waiter/%d", i);
		while (queued() <= i)
			yield();
	}
}

static void stop_waiters(struct waiter *waiters, int nr)
{
	for (int i = 0; i < nr; i++)
		kthread_stop(waiters[i].task);
}

static void wait_until_woken(int nr)
{
	while (READ_ONCE(nr_woken) < nr)
		yield();
}

TEST(wait, exclusive_waiters_are_woken_one_by_one_in_their_order)
{
	struct waiter waiters[MANY];

	for (int i = 0; i < MANY; i++)
		waiters[i].exclusive = true;
	start_waiters(waiters, MANY);
	for (int i = 0; i < MANY; i++) {
		EXPECT_EQ(wake_up(&queue), 1);
		wait_until_woken(i + 1);
		EXPECT_EQ(queued(), MANY - i - 1);
	}
	for (int i = 0; i < MANY; i++)
		EXPECT_EQ(order[i], i);
	EXPECT_EQ(wake_up(&queue), 0);
	stop_waiters(waiters, MANY);
}

TEST(wait, others_are_woken_all_and_before_the_exclusive_ones)
{
	struct waiter waiters[4] = {{.exclusive = true}, {.exclusive = false},
				    {.exclusive = true}, {.exclusive = false}};

	start_waiters(waiters, 4);
	EXPECT_EQ(wake_up(&queue), 3); /* 1, 3 and the first exclusive one */
	wait_until_woken(3);
	EXPECT_EQ(order[0] + order[1] + order[2], 0 + 1 + 3);
	if (!jitter_on()) /* which lets one overtake another before it tells */
		EXPECT_EQ(order[2], 0);
	EXPECT_EQ(queued(), 1);
	EXPECT_EQ(wake_up_all(&queue), 1);
	wait_until_woken(4);
	stop_waiters(waiters, 4);
}

TEST(wait, wake_up_nr_and_all)
{
	struct waiter waiters[MANY];

	for (int i = 0; i < MANY; i++)
		waiters[i].exclusive = true;
	start_waiters(waiters, MANY);
	EXPECT_EQ(wake_up_nr(&queue, 3), 3);
	EXPECT_EQ(wake_up_all(&queue), MANY - 3);
	wait_until_woken(MANY);
	EXPECT(!waitqueue_active(&queue));
	stop_waiters(waiters, MANY);
}

static volatile int signal_value;

static int signal_later(void *data)
{
	schedule_timeout_uninterruptible((unsigned long)data);
	signal_value = 1;
	wake_up(&queue);
	return 0;
}

TEST(wait, wait_event_returns_when_the_condition_holds)
{
	struct task_struct *task;

	signal_value = 0;
	task = kthread_run(signal_later, (void *)2, "signal");
	ASSERT(task != NULL);
	wait_event(queue, signal_value);
	EXPECT_EQ(signal_value, 1);
	EXPECT(!waitqueue_active(&queue));
	kthread_stop(task);
}

TEST(wait, a_timeout_ends_the_wait_and_says_so)
{
	unsigned long before = jiffies;

	signal_value = 0;
	EXPECT_EQ(wait_event_timeout(queue, signal_value, 3), 0);
	EXPECT(jiffies - before >= 3);
	EXPECT(!waitqueue_active(&queue));
}

TEST(wait, the_ticks_left_are_told_if_the_event_came_in_time)
{
	struct task_struct *task;
	long left;

	signal_value = 0;
	task = kthread_run(signal_later, (void *)2, "signal");
	ASSERT(task != NULL);
	left = wait_event_timeout(queue, signal_value, 1000);
	EXPECT(left >= 1 && left <= 998);
	kthread_stop(task);
	EXPECT_EQ(wait_event_timeout(queue, signal_value, 0), 1); /* it holds already */
}

/* ---- timers and sleeping ---- */

static unsigned long fired[4];
static int nr_fired;

static void note_fired(unsigned long data)
{
	fired[nr_fired++] = data;
}

TEST(timer, fire_in_the_order_of_their_times)
{
	struct timer_list timers[4];
	const unsigned long after[4] = {3, 1, 2, 1};

	nr_fired = 0;
	preempt_disable();
	for (int i = 0; i < 4; i++) {
		setup_timer(&timers[i], note_fired, (unsigned long)i);
		EXPECT(!mod_timer(&timers[i], jiffies + 100 + after[i] * 2));
	}
	preempt_enable();
	EXPECT(timer_pending(&timers[0]));
	while (READ_ONCE(nr_fired) < 4)
		schedule_timeout_uninterruptible(10);
	EXPECT_EQ(fired[0], 1);
	EXPECT_EQ(fired[1], 3);
	EXPECT_EQ(fired[2], 2);
	EXPECT_EQ(fired[3], 0);
	EXPECT(!timer_pending(&timers[0]));
	EXPECT(!del_timer(&timers[0]));
}

TEST(timer, a_deleted_one_does_not_fire_and_a_moved_one_fires_once)
{
	struct timer_list gone, moved;

	nr_fired = 0;
	setup_timer(&gone, note_fired, 1);
	setup_timer(&moved, note_fired, 2);
	mod_timer(&gone, jiffies + 50);
	mod_timer(&moved, jiffies + 50);
	EXPECT(mod_timer(&moved, jiffies + 54));
	EXPECT(del_timer(&gone));
	schedule_timeout_uninterruptible(60);
	EXPECT_EQ(nr_fired, 1);
	EXPECT_EQ(fired[0], 2);
}

TEST(timer, a_sleep_lasts_at_least_its_ticks)
{
	for (unsigned long ticks = 0; ticks < 8; ticks++) {
		unsigned long before = jiffies;

		EXPECT_EQ(schedule_timeout_uninterruptible(ticks), 0);
		EXPECT(jiffies - before >= ticks);
	}
}

TEST(timer, milliseconds_are_rounded_up_to_ticks)
{
	EXPECT_EQ(msecs_to_jiffies(0), 0);
	EXPECT_EQ(msecs_to_jiffies(1), 1);
	EXPECT_EQ(msecs_to_jiffies(4), 1);
	EXPECT_EQ(msecs_to_jiffies(5), 2);
	EXPECT_EQ(msecs_to_jiffies(1000), HZ);
	EXPECT_EQ(msecs_to_jiffies(~0U), 1073741824UL); /* 2^32 ms, a quarter of it */
}

TEST(timer, comparisons_hold_where_jiffies_wrap)
{
	EXPECT(time_after(1UL, ~0UL));
	EXPECT(!time_after(~0UL, 1UL));
	EXPECT(!time_after(5UL, 5UL));
	EXPECT(time_after_eq(5UL, 5UL));
	EXPECT(time_before(~0UL, 0UL));
}

/* ---- semaphores ---- */

static struct semaphore sem;
static int inside, most_inside, entered;

static int enter_and_leave(void *data)
{
	for (unsigned long i = 0; i < (unsigned long)data; i++) {
		down(&sem);
		inside++;
		if (inside > most_inside)
			most_inside = inside;
		entered++;
		yield();
		inside--;
		up(&sem);
	}
	return 0;
}

static void crowd(unsigned int count, unsigned long rounds)
{
	struct task_struct *threads[MANY];

	sema_init(&sem, count);
	inside = most_inside = entered = 0;
	for (int i = 0; i < MANY; i++)
		ASSERT((threads[i] = kthread_run(enter_and_leave, (void *)rounds, "crowd/%d",
						 i)) != NULL);
	while (READ_ONCE(entered) < MANY * (int)rounds)
		yield();
	for (int i = 0; i < MANY; i++)
		kthread_stop(threads[i]);
}

TEST(semaphore, of_one_lets_one_in_at_a_time)
{
	crowd(1, 100);
	EXPECT_EQ(most_inside, 1);
	EXPECT_EQ(inside, 0);
	EXPECT_EQ(entered, MANY * 100);
	EXPECT_EQ(sem.count, 1);
}

TEST(semaphore, of_three_lets_three_in)
{
	crowd(3, 100);
	EXPECT_EQ(most_inside, 3);
	EXPECT_EQ(sem.count, 3);
}

TEST(semaphore, trylock_takes_what_is_there_and_no_more)
{
	sema_init(&sem, 2);
	EXPECT(down_trylock(&sem));
	EXPECT(down_trylock(&sem));
	EXPECT(!down_trylock(&sem));
	up(&sem);
	EXPECT(down_trylock(&sem));
}

TEST(semaphore, a_wait_with_a_limit_ends_and_leaves_nothing_behind)
{
	unsigned long before = jiffies;

	sema_init(&sem, 0);
	EXPECT_EQ(down_timeout(&sem, 4), -ETIME);
	EXPECT(jiffies - before >= 4);
	EXPECT(list_empty(&sem.wait_list));
	up(&sem);
	EXPECT_EQ(sem.count, 1);
	EXPECT_EQ(down_timeout(&sem, 4), 0);
}

static int wait_in_line(void *data)
{
	down(&sem);
	preempt_disable();
	order[nr_woken++] = (int)(unsigned long)data;
	preempt_enable();
	return 0;
}

static int in_line(void)
{
	return waiting(&sem.wait_list);
}

TEST(semaphore, who_waits_longest_is_first_even_before_newcomers)
{
	struct task_struct *threads[MANY];

	sema_init(&sem, 0);
	nr_woken = 0;
	for (unsigned long i = 0; i < MANY; i++) {
		threads[i] = kthread_run(wait_in_line, (void *)i, "line/%lu", i);
		while (in_line() <= (int)i)
			yield();
	}
	for (int i = 0; i < MANY; i++) {
		up(&sem);
		EXPECT(!down_trylock(&sem)); /* it was handed over */
		wait_until_woken(i + 1);     /* or two might tell in another order */
	}
	for (int i = 0; i < MANY; i++) {
		EXPECT_EQ(order[i], i);
		kthread_stop(threads[i]);
	}
}

/* ---- completions ---- */

static int complete_later(void *data)
{
	yield();
	complete(data);
	return 0;
}

TEST(completion, lets_one_waiter_go_for_each_call)
{
	DECLARE_COMPLETION(done);
	struct task_struct *task = kthread_run(complete_later, &done, "completer");

	ASSERT(task != NULL);
	wait_for_completion(&done);
	EXPECT_EQ(done.done, 0);
	kthread_stop(task);
	complete(&done);
	complete(&done);
	EXPECT_EQ(done.done, 2);
	wait_for_completion(&done);
	wait_for_completion(&done);
	EXPECT_EQ(wait_for_completion_timeout(&done, 2), 0);
}

TEST(completion, complete_all_is_for_good)
{
	DECLARE_COMPLETION(done);

	complete_all(&done);
	for (int i = 0; i < 3; i++)
		wait_for_completion(&done);
	EXPECT(wait_for_completion_timeout(&done, 1) >= 1);
}

/* ---- misuse ---- */

static void schedule_while_atomic(void *unused)
{
	(void)unused;
	preempt_disable();
	schedule();
}

TEST(sched, scheduling_while_atomic_is_caught)
{
	EXPECT_BUG(schedule_while_atomic, NULL);
	EXPECT_EQ(preempt_count(), 0);
}

#ifdef CONFIG_DEBUG
static void sleep_while_atomic(void *unused)
{
	(void)unused;
	preempt_disable();
	down(&sem); /* which is free: it would not have slept */
}

static void sleep_with_interrupts_off(void *unused)
{
	(void)unused;
	local_irq_disable();
	down(&sem);
}

TEST(sched, what_might_sleep_is_caught_even_if_it_would_not_have)
{
	sema_init(&sem, 2);
	EXPECT_BUG(sleep_while_atomic, NULL);
	EXPECT_BUG(sleep_with_interrupts_off, NULL);
	EXPECT_EQ(sem.count, 2);
	EXPECT(!irqs_disabled());
}
#endif

TEST(sched, a_thread_that_nobody_wakes_twice_is_woken_once)
{
	EXPECT(!wake_up_process(current)); /* it runs */
	EXPECT_EQ(sched_check(), 0);
}

TEST(sched, waking_before_the_wait_is_not_lost)
{
	set_current_state(TASK_UNINTERRUPTIBLE);
	EXPECT(wake_up_process(current));
	schedule(); /* returns at once: it is runnable again */
	EXPECT_EQ(current->state, TASK_RUNNING);
}
