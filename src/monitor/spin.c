/*
 * spin: threads that use the CPU for nothing, to see how it is shared. Each counts
 * its rounds; /proc/sched tells who had how many ticks.
 */
#include <kernel/kthread.h>
#include <lib/compiler.h>
#include <lib/printk.h>
#include <monitor/monitor.h>

#define MAX_SPINNERS 8

static struct task_struct *spinners[MAX_SPINNERS];
static unsigned int nr_spinners;

static int spinner(void *unused)
{
	(void)unused;
	while (!kthread_should_stop())
		barrier();
	return 0;
}

static int spin_command(int argc, char **argv)
{
	u64 wanted;

	if (argc != 2)
		return monitor_usage();
	if (!monitor_parse_number(argv[1], "THREADS", 0, MAX_SPINNERS, &wanted))
		return 1;
	while (nr_spinners > wanted)
		kthread_stop(spinners[--nr_spinners]);
	while (nr_spinners < wanted) {
		struct task_struct *task =
		    kthread_run(spinner, NULL, "spinner/%u", nr_spinners);

		if (!task) {
			console_printf("spin: no memory for another thread\n");
			return 1;
		}
		spinners[nr_spinners++] = task;
	}
	return 0;
}
MONITOR_COMMAND(spin, spin_command, "spin THREADS", "keep the CPU busy",
                "So many threads, up to 8, do nothing but use the CPU, until another\n"
                "number is asked for; 0 ends them. The prompt must not suffer, and\n"
                "/proc/sched shows how the CPU is shared.");
