/*
 * poweroff and reboot.
 */
#include <asm/reboot.h>
#include <monitor/monitor.h>

static int poweroff_command(int argc, char **argv)
{
	(void)argv;
	if (argc > 1)
		return monitor_usage();
	machine_poweroff();
}
MONITOR_COMMAND(poweroff, poweroff_command, "poweroff", "switch the machine off",
                "By ACPI's soft-off state where the firmware describes it, by the\n"
                "emulator's own way elsewhere. A machine that has neither is halted.");

static int reboot_command(int argc, char **argv)
{
	(void)argv;
	if (argc > 1)
		return monitor_usage();
	machine_restart();
}
MONITOR_COMMAND(
    reboot, reboot_command, "reboot", "restart the machine",
    "By the keyboard controller, the chipset's reset port or, when both do\n"
    "nothing, a triple fault.");
