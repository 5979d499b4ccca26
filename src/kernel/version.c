/* The banner. No time and no host in it: two builds of one source are equal. */
#include <asm/memory_layout.h>
#include <kernel/version.h>

#define K896_VERSION "0.1"

#ifdef __clang__
#define COMPILER "clang " __clang_version__
#else
#define COMPILER "gcc " __VERSION__
#endif

#ifdef CONFIG_X86_PAE
#define FORMAT "PAE"
#else
#define FORMAT "no PAE"
#endif

#if CONFIG_PAGE_OFFSET == 0xC0000000
#define SPLIT "3G/1G"
#elif CONFIG_PAGE_OFFSET == 0x80000000
#define SPLIT "2G/2G"
#else
#define SPLIT "1G/3G"
#endif

#ifdef CONFIG_DEBUG
#define DEBUG " debug"
#else
#define DEBUG ""
#endif

const char kernel_banner[] =
	"k896 version " K896_VERSION " (" COMPILER ") " FORMAT " " SPLIT DEBUG;
