/*
 * How the kernel ends. None of these returns, none needs interrupts; all may be
 * called from a trap.
 */
#ifndef ASM_REBOOT_H
#define ASM_REBOOT_H

#include <lib/compiler.h>
#include <lib/types.h>

/* Switch the machine off: by ACPI, by Bochs's port, by QEMU's exit device with
 * value 0; where none is there, say that it is safe to switch off and halt. */
__noreturn void machine_poweroff(void);

/* Restart: keyboard controller, reset port 0xcf9, triple fault. */
__noreturn void machine_restart(void);

/* End QEMU with exit status code * 2 + 1, when it has an isa-debug-exit device
 * at port 0xf4, or Bochs (always status 1); halt elsewhere. For panic(). */
__noreturn void machine_exit_emulator(u8 code);

#endif
