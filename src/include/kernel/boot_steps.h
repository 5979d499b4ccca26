/*
 * What the boot cost: the ticks of the TSC in each step, from the first instruction
 * to the prompt.
 */
#ifndef KERNEL_BOOT_STEPS_H
#define KERNEL_BOOT_STEPS_H

#include <lib/types.h>

/* The n-th step of the boot, in their order, and its ticks. The first one, "entry",
 * is what runs before start_kernel: .bss is cleared, paging turned on. NULL: there
 * are no more. Complete when the prompt is there. */
const char *boot_step(unsigned int n, u64 *ticks);

#endif
