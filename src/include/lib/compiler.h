/*
 * Names for what the compiler offers. GCC and Clang agree on all of these.
 */
#ifndef LIB_COMPILER_H
#define LIB_COMPILER_H

/* The C library of the host build has one of these too. */
#undef __always_inline

#define likely(x)   __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

#define __packed          __attribute__((packed))
#define __aligned(n)      __attribute__((aligned(n)))
#define __used            __attribute__((used))
#define __unused          __attribute__((unused))
#define __noreturn        __attribute__((noreturn))
#define __section(name)   __attribute__((section(name)))
#define __printf(fmt, va) __attribute__((format(printf, fmt, va)))
#define __must_check      __attribute__((warn_unused_result))
#define noinline          __attribute__((noinline))
#define __always_inline   inline __attribute__((always_inline))

/*
 * Code and data that only the boot needs. They lie together, between
 * __init_begin and __init_end, and free_initmem() hands their pages to the
 * page allocator once start_kernel has run.
 */
#define __init     __section(".init.text") noinline
#define __initdata __section(".init.data")

#define barrier() __asm__ volatile("" ::: "memory")

/* The compiler forgets how var was computed, and keeps it. */
#define OPTIMIZER_HIDE_VAR(var) __asm__("" : "+r"(var))

#define READ_ONCE(x)     (*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, v) (*(volatile __typeof__(x) *)&(x) = (v))

#endif
