/* What the timer's interrupt does to threads: only where there is one. */
#include "ktest.h"
#include "said.h"

#include <asm/irq.h>
#include <kernel/kthread.h>
#include <kernel/watchdog.h>
#include <lib/util.h>
#include <sched/completion.h>
#include <sched/jitter.h>

#define SPARE_IRQ 13 /* the coprocessor's, whose errors come as exceptions here */
#define SLICES    12UL

static volatile bool enough;

static int busy(void *unused)
{
	(void)unused;
	while (!enough)
		barrier();
	return 0;
}

TEST(preempt, busy_threads_share_the_cpu_fairly)
{
	struct task_struct *threads[2];
	unsigned long ticks[2];

	if (jitter_on())
		SKIP("time slices are not in force under preempt_jitter=");
	enough = false;
	for (int i = 0; i < 2; i++)
		ASSERT((threads[i] = kthread_run(busy, NULL, "busy/%d", i)) != NULL);
	schedule_timeout_uninterruptible(SLICES * DEF_TIMESLICE);
	preempt_disable();
	for (int i = 0; i < 2; i++)
		ticks[i] = threads[i]->run_ticks;
	preempt_enable();
	enough = true;
	for (int i = 0; i < 2; i++)
		kthread_stop(threads[i]);
	EXPECT(ticks[0] + ticks[1] >= (SLICES - 2) * DEF_TIMESLICE);
	EXPECT(max(ticks[0], ticks[1]) - min(ticks[0], ticks[1]) <= DEF_TIMESLICE + 1);
}

/* All registers that a thread may use, loaded and compared in a loop that has no
 * call in it: whatever switches away from here is an interrupt. */
static int keep_registers(void *data)
{
	unsigned long pattern = (unsigned long)data, bad = 0;

	while (!enough && !bad) {
		__asm__ volatile("movl %1, %%ecx; movl %1, %%edx\n\t"
				 "movl %1, %%esi; movl %1, %%edi\n\t"
				 "movl $20000, %%ebx; stc\n"
				 "1:\tpushfl; cmpl %1, %%ecx; jne 2f\n\t"
				 "cmpl %1, %%edx; jne 2f\n\t"
				 "cmpl %1, %%esi; jne 2f\n\t"
				 "cmpl %1, %%edi; jne 2f\n\t"
				 "popfl; jnc 3f; decl %%ebx; jnz 1b; jmp 4f\n"
				 "2:\taddl $4, %%esp\n"
				 "3:\tmovl $1, %0\n"
				 "4:"
				 : "+m"(bad)
				 : "a"(pattern)
				 : "ebx", "ecx", "edx", "esi", "edi", "cc", "memory");
	}
	return (int)bad;
}

TEST(preempt, the_registers_of_a_preempted_thread_survive)
{
	struct task_struct *threads[3];
	unsigned long switched = 0;

	enough = false;
	for (unsigned long i = 0; i < 3; i++)
		ASSERT((threads[i] = kthread_run(keep_registers, (void *)(0x11111111 * (i + 1)),
						 "regs/%lu", i)) != NULL);
	schedule_timeout_uninterruptible(SLICES * DEF_TIMESLICE);
	preempt_disable();
	for (int i = 0; i < 3; i++)
		switched += threads[i]->nivcsw;
	preempt_enable();
	enough = true;
	for (int i = 0; i < 3; i++)
		EXPECT_EQ(kthread_stop(threads[i]), 0);
	EXPECT(switched >= 6);
}

TEST(preempt, nobody_else_runs_while_preemption_is_off)
{
	struct task_struct *thread;
	unsigned long before, end;

	enough = false;
	ASSERT((thread = kthread_run(busy, NULL, "busy")) != NULL);
	preempt_disable();
	before = nr_context_switches;
	end = jiffies + 3 * DEF_TIMESLICE;
	while (time_before(jiffies, end))
		barrier();
	EXPECT_EQ(nr_context_switches, before);
	EXPECT(need_resched());
	preempt_enable(); /* here it goes */
	EXPECT(nr_context_switches > before);
	enough = true;
	kthread_stop(thread);
}

/* ---- Contexts ---- */

static unsigned int seen_count;
static bool seen_irq;
static struct completion from_irq;

static void look_from_irq(void)
{
	seen_count = preempt_count();
	seen_irq = in_irq() && in_interrupt() && in_atomic() && get_irq_regs() != NULL;
	complete(&from_irq);
}

static void raise_spare_irq(void)
{
	__asm__ volatile("int %0" ::"i"(FIRST_IRQ_VECTOR + SPARE_IRQ) : "memory");
}

TEST(preempt, a_handler_knows_that_it_is_one)
{
	init_completion(&from_irq);
	request_irq(SPARE_IRQ, look_from_irq);
	raise_spare_irq();
	free_irq(SPARE_IRQ);
	EXPECT(seen_irq);
	EXPECT_EQ(seen_count, HARDIRQ_OFFSET);
	EXPECT(!in_interrupt());
	EXPECT(get_irq_regs() == NULL);
	EXPECT_EQ(from_irq.done, 1);
}

static void leave_open(void)
{
	preempt_disable();
}

static void interrupt_that_leaves_open(void *unused)
{
	(void)unused;
	raise_spare_irq();
}

TEST(preempt, a_handler_that_leaves_something_open_is_caught)
{
	request_irq(SPARE_IRQ, leave_open);
	EXPECT_BUG(interrupt_that_leaves_open, NULL);
	free_irq(SPARE_IRQ);
	EXPECT_EQ(preempt_count(), 0);
	EXPECT(get_irq_regs() == NULL);
}

static int wait_for_irq(void *unused)
{
	(void)unused;
	wait_for_completion(&from_irq);
	return 1;
}

TEST(preempt, a_thread_that_waits_is_woken_by_an_interrupt)
{
	struct task_struct *thread;

	init_completion(&from_irq);
	ASSERT((thread = kthread_run(wait_for_irq, NULL, "irq-waiter")) != NULL);
	while (thread->state != TASK_UNINTERRUPTIBLE)
		yield();
	request_irq(SPARE_IRQ, look_from_irq);
	raise_spare_irq();
	free_irq(SPARE_IRQ);
	EXPECT_EQ(kthread_stop(thread), 1);
}

/* ---- The watchdog ---- */

TEST(watchdog, a_thread_that_keeps_the_cpu_is_told_of_with_its_place)
{
	unsigned long before = softlockup_ticks, told = nr_soft_lockups, end;

	said_nothing_yet();
	preempt_disable();
	softlockup_ticks = 1;
	end = jiffies + HZ + 3; /* the watchdog's thread last ran within a second */
	while (nr_soft_lockups == told && time_before(jiffies, end))
		barrier();
	softlockup_ticks = before;
	preempt_enable();
	EXPECT_EQ(nr_soft_lockups, told + 1);
	EXPECT(said("BUG: soft lockup - CPU#0 stuck"));
	EXPECT(said(current->comm));
	EXPECT(said("EIP is at"));
	EXPECT(said("Call Trace:"));
}

static int wait_for_ever(void *done)
{
	wait_for_completion(done);
	return 0;
}

TEST(watchdog, a_thread_that_waits_too_long_is_told_of_once_with_its_callers)
{
	unsigned long before = hung_task_ticks;
	struct task_struct *thread;
	DECLARE_COMPLETION(never);

	ASSERT((thread = kthread_run(wait_for_ever, &never, "waits-long")) != NULL);
	schedule_timeout_uninterruptible(8);
	said_nothing_yet();
	preempt_disable(); /* the watchdog's thread shall not come first */
	hung_task_ticks = 4;
	EXPECT_EQ(check_hung_tasks(), 1);
	EXPECT_EQ(check_hung_tasks(), 0);
	hung_task_ticks = before;
	preempt_enable();
	EXPECT(said("INFO: task waits-long:"));
	EXPECT(said("wait_for_completion"));
	EXPECT(said("wait_for_ever"));
	complete(&never);
	kthread_stop(thread);
}
