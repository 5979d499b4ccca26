/*
 * What the first instructions leave for start_kernel.
 */
#ifndef ASM_BOOT_ENTRY_H
#define ASM_BOOT_ENTRY_H

#include <asm/pgtable.h>
#include <lib/types.h>

/* The boot page tables map physical [0, 1 GiB) at PAGE_OFFSET. */
#define BOOT_MAPPED_BYTES (1UL << 30)

/* Values written to the emulator's exit port: its status is 2 * value + 1. */
#define EMULATOR_EXIT_PANIC   1
#define EMULATOR_EXIT_REFUSED 2

extern u64 boot_entry_tsc; /* the TSC at the first instructions */
extern u32 boot_magic;     /* eax at entry: which Multiboot */
extern u32 boot_info_phys; /* ebx at entry: where its information is */
extern pgd_t boot_pg_dir[PTRS_PER_PGD];

void check_cpu(void);
unsigned long early_boot(u32 magic, u32 info);

#endif
