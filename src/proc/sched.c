/* /proc/sched: the threads, who waits for what, and how often they were switched. */
#include <lib/printk.h>
#include <proc/proc.h>
#include <sched/jitter.h>
#include <sched/sched.h>

static void show_task(struct seq_file *m, const struct task_struct *task)
{
	seq_printf(m, "%5d %-15s %-13s %8lu %8lu %8lu\n", task->pid, task->comm,
		   task_state_name(task), task->run_ticks, task->nvcsw, task->nivcsw);
}

static int sched_show(struct seq_file *m)
{
	struct jitter_state jitter = jitter_state();
	struct task_struct *task = NULL;

	seq_printf(m, "jiffies: %lu, HZ: %u, context switches: %lu\n", jiffies, HZ,
		   nr_context_switches);
	if (jitter_on())
		seq_printf(m, "jitter: seed %#llx, intervals %lu, digest %08x\n",
			   (unsigned long long)jitter.seed, jitter.intervals,
			   jitter.digest);
	seq_printf(m, "  pid name            state            ticks     nvcsw   nivcsw\n");
	preempt_disable();
	while ((task = next_task(task)) != NULL)
		show_task(m, task);
	preempt_enable();
	return 0;
}
PROC_FILE(sched, sched_show);
