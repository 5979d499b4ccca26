/*
 * Power off, restart, leave the emulator. Each tries the ways that a PC may
 * have, the documented one first; a write to a port that nobody listens to does
 * nothing, so the order is all the detection that is needed.
 */
#include <asm/acpi.h>
#include <asm/io.h>
#include <asm/processor.h>
#include <asm/reboot.h>
#include <drivers/uart.h>
#include <lib/printk.h>
#include <lib/string.h>

#define BOCHS_SHUTDOWN_PORT 0x8900
#define QEMU_DEBUG_EXIT     0xf4

#define KBD_COMMAND       0x64
#define KBD_INPUT_FULL    0x02
#define KBD_PULSE_RESET   0xfe /* pulse output line 0, which is the CPU's reset */
#define RESET_CONTROL     0xcf9
#define RESET_CPU_AND_BUS 0x06 /* a rising bit 2 resets; bit 1: all of it */
#define RESET_PREPARE     0x02

/* Writes of port 0x80, each about a microsecond, to let a reset take effect. */
#define RESET_WAIT 100000

static void wait_a_while(void)
{
	for (unsigned int i = 0; i < RESET_WAIT; i++)
		io_delay();
}

static void bochs_shutdown(void)
{
	static const char word[] = "Shutdown";

	for (size_t i = 0; i < sizeof(word) - 1; i++)
		outb((u8)word[i], BOCHS_SHUTDOWN_PORT);
}

void machine_exit_emulator(u8 code)
{
	local_irq_disable();
	uart_flush();
	outb(code, QEMU_DEBUG_EXIT);
	bochs_shutdown();
	halt_forever();
}

void machine_poweroff(void)
{
	local_irq_disable();
	uart_flush();
	acpi_poweroff();
	bochs_shutdown();
	outb(0, QEMU_DEBUG_EXIT);
	pr_emerg("It is safe to turn off the computer.\n");
	halt_forever();
}

static void pulse_keyboard_controller(void)
{
	for (unsigned int i = 0; i < RESET_WAIT; i++) {
		if (!(inb(KBD_COMMAND) & KBD_INPUT_FULL))
			break;
		io_delay();
	}
	outb(KBD_PULSE_RESET, KBD_COMMAND);
}

/* With an empty IDT the breakpoint cannot be delivered, nor the faults that
 * follow: the CPU shuts down and the board resets it. */
static __noreturn void triple_fault(void)
{
	static const struct {
		u16 limit;
		u32 base;
	} __packed no_idt = {0, 0};

	__asm__ volatile("lidt %0; int3" ::"m"(no_idt));
	halt_forever();
}

void machine_restart(void)
{
	local_irq_disable();
	uart_flush();
	pulse_keyboard_controller();
	wait_a_while();
	outb(RESET_PREPARE, RESET_CONTROL);
	outb(RESET_CPU_AND_BUS, RESET_CONTROL);
	wait_a_while();
	triple_fault();
}
