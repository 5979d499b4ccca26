/*
 * The CPU: identification, control registers, model-specific registers.
 */
#ifndef ASM_PROCESSOR_H
#define ASM_PROCESSOR_H

#include <asm/irqflags.h>
#include <asm/processor-flags.h>
#include <lib/types.h>

struct cpuinfo_x86 {
	char vendor[13];
	char model_name[49];
	unsigned int family, model, stepping;
	u32 features;          /* leaf 1, EDX */
	u32 extended_features; /* leaf 0x80000001, EDX */
	unsigned int phys_bits; /* width of a physical address */
};
extern struct cpuinfo_x86 boot_cpu_data;

static inline bool cpu_has(u32 feature)
{
	return boot_cpu_data.features & feature;
}

static inline bool cpu_has_nx(void)
{
	return boot_cpu_data.extended_features & X86_FEATURE_NX;
}

static inline void cpuid(u32 leaf, u32 *eax, u32 *ebx, u32 *ecx, u32 *edx)
{
	__asm__ volatile("cpuid"
			 : "=a"(*eax), "=b"(*ebx), "=c"(*ecx), "=d"(*edx)
			 : "a"(leaf), "c"(0));
}

static inline u64 rdmsr(u32 msr)
{
	u64 value;

	__asm__ volatile("rdmsr" : "=A"(value) : "c"(msr));
	return value;
}

static inline void wrmsr(u32 msr, u64 value)
{
	__asm__ volatile("wrmsr" ::"c"(msr), "A"(value) : "memory");
}

static inline u64 rdtsc(void)
{
	u64 value;

	__asm__ volatile("rdtsc" : "=A"(value));
	return value;
}

#define BUILD_CONTROL_REGISTER(n)                                              \
	static inline unsigned long read_cr##n(void)                           \
	{                                                                      \
		unsigned long value;                                           \
		__asm__ volatile("movl %%cr" #n ", %0" : "=r"(value)::"memory"); \
		return value;                                                  \
	}                                                                      \
	static inline void write_cr##n(unsigned long value)                    \
	{                                                                      \
		__asm__ volatile("movl %0, %%cr" #n ::"r"(value) : "memory");  \
	}
BUILD_CONTROL_REGISTER(0)
BUILD_CONTROL_REGISTER(2)
BUILD_CONTROL_REGISTER(3)
BUILD_CONTROL_REGISTER(4)
#undef BUILD_CONTROL_REGISTER

static inline unsigned long read_dr6(void)
{
	unsigned long value;

	__asm__ volatile("movl %%dr6, %0" : "=r"(value));
	return value;
}

static inline void write_dr6(unsigned long value)
{
	__asm__ volatile("movl %0, %%dr6" ::"r"(value));
}

static inline void cpu_relax(void)
{
	__asm__ volatile("pause" ::: "memory");
}

/* Stop this CPU for good. */
static inline __attribute__((noreturn)) void halt_forever(void)
{
	for (;;)
		__asm__ volatile("cli; hlt" ::: "memory");
}

/* Enter a debugger that watches for it: Bochs with magic_break. A no-op else. */
static inline void bochs_magic_break(void)
{
	__asm__ volatile("xchgw %bx, %bx");
}

/* Fill boot_cpu_data from CPUID; prints the CPU's name and NX's state. */
void identify_cpu(void);

#endif
