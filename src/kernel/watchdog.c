/*
 * The watchdog. Soft lockup: the watchdog's thread wants the CPU once a second; if
 * it has not had it for ten, whoever runs now has kept it, and the tick says who
 * and where. Hung tasks: the thread looks for others that have waited for two
 * minutes for what should come soon. Both count ticks, so a machine that is
 * stopped by a debugger makes nobody late.
 */
#include <asm/irq.h>
#include <asm/switch_to.h>
#include <asm/traps.h>
#include <kernel/kthread.h>
#include <kernel/watchdog.h>
#include <lib/compiler.h>
#include <lib/errno.h>
#include <lib/kstrtox.h>
#include <lib/params.h>
#include <lib/printk.h>

#define SOFTLOCKUP_SECONDS 10
#define HUNG_TASK_SECONDS  120
#define SECONDS_MAX        100000u

unsigned long softlockup_ticks = SOFTLOCKUP_SECONDS * HZ;
unsigned long hung_task_ticks = HUNG_TASK_SECONDS * HZ;
unsigned long nr_soft_lockups;

static unsigned long touched; /* jiffies when the thread last ran */
static bool told;             /* of a lockup since then */

static int __init seconds(const char *value, unsigned long *ticks)
{
	unsigned long number;

	if (!value || kstrtoul(value, 10, &number) || number > SECONDS_MAX)
		return -EINVAL;
	*ticks = number * HZ;
	return 0;
}

static int __init softlockup_param(const char *value)
{
	return seconds(value, &softlockup_ticks);
}
early_param("softlockup_thresh", softlockup_param,
	    "softlockup_thresh=SECONDS, report who keeps the CPU for so long; 0: nobody");

static int __init hung_task_param(const char *value)
{
	return seconds(value, &hung_task_ticks);
}
early_param("hung_task_timeout", hung_task_param,
	    "hung_task_timeout=SECONDS, report who waits for so long; 0: nobody");

void sched_show_task(const struct task_struct *task)
{
	struct stack_frame frame;

	pr_emerg("%s (pid %d) %s\n", task->comm, task->pid, task_state_name(task));
	if (task == current)
		return dump_stack();
	frame = switched_frame(task->esp);
	show_trace(frame.eip, frame.ebp);
}

/* The tick's; interrupts off. */
static void softlockup_tick(void)
{
	const struct pt_regs *regs = get_irq_regs();
	unsigned long since = jiffies - touched;

	if (!softlockup_ticks || since < softlockup_ticks || told)
		return;
	told = true;
	nr_soft_lockups++;
	pr_emerg("BUG: soft lockup - CPU#%u stuck for %lus! [%s:%d]\n",
		 smp_processor_id(), since / HZ, current->comm, current->pid);
	if (regs)
		show_regs(regs);
}

static bool hangs(const struct task_struct *task)
{
	return task->state == TASK_UNINTERRUPTIBLE && !task->hung_told &&
	       hung_task_ticks && jiffies - task->last_switch >= hung_task_ticks;
}

unsigned int check_hung_tasks(void)
{
	struct task_struct *task = NULL;
	unsigned int found = 0;

	preempt_disable();
	while ((task = next_task(task)) != NULL) {
		if (!hangs(task))
			continue;
		task->hung_told = true;
		found++;
		pr_err("INFO: task %s:%d blocked for more than %lu seconds.\n",
		       task->comm, task->pid, hung_task_ticks / HZ);
		sched_show_task(task);
	}
	preempt_enable();
	return found;
}

static int watchdog(void *unused)
{
	(void)unused;
	while (!kthread_should_stop()) {
		touched = jiffies;
		told = false;
		check_hung_tasks();
		set_current_state(TASK_INTERRUPTIBLE);
		schedule_timeout(HZ);
	}
	return 0;
}

void __init watchdog_init(void)
{
	touched = jiffies;
	if (kthread_run(watchdog, NULL, "watchdog/%u", smp_processor_id()))
		tick_hook = softlockup_tick;
	else
		pr_err("watchdog: no memory for its thread: nobody will be reported\n");
}
