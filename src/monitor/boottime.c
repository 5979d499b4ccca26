/*
 * boottime: what each step of the boot cost, in ticks of the TSC. In an emulator that
 * counts one tick an instruction (./k896 bench boot starts it so) these are guest
 * instructions.
 */
#include <kernel/boot_steps.h>
#include <lib/printk.h>
#include <monitor/monitor.h>

static int boottime_command(int argc, char **argv)
{
	const char *name;
	u64 ticks, sum = 0;

	(void)argv;
	if (argc > 1)
		return monitor_usage();
	for (unsigned int i = 0; (name = boot_step(i, &ticks)) != NULL; i++) {
		console_printf("%-12s %14llu\n", name, (unsigned long long)ticks);
		sum += ticks;
	}
	console_printf("%-12s %14llu\n", "all", (unsigned long long)sum);
	return 0;
}
MONITOR_COMMAND(
    boottime, boottime_command, "boottime", "what each step of the boot cost",
    "Prints the steps of start_kernel in their order, with the ticks of the TSC\n"
    "in each; \"entry\" is what ran before. What initcall_debug prints about a\n"
    "step is not in it, what the step itself prints is: quiet makes that cheap.");
