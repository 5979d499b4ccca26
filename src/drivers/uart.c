/*
 * The 16550 UART at COM1. Polled output that fills the transmit FIFO at every
 * visit, interrupt-driven input (PC16550D data sheet, section 8). Every wait is
 * bounded: a port that never becomes ready costs its bound once, after which
 * one look at its status decides until it recovers.
 *
 * Received bytes are never dropped here. When the input ring is full the
 * receive interrupt is masked and the bytes stay in the FIFO, which makes an
 * emulator hold its sender back; the ring calls when it has room again.
 */
#include <asm/io.h>
#include <asm/irqflags.h>
#include <drivers/input.h>
#include <drivers/uart.h>
#include <lib/printk.h>
#include <lib/util.h>

#define UART_BASE 0x3f8

/* Registers, as offsets from the base */
#define UART_RBR 0 /* receive buffer (read) */
#define UART_THR 0 /* transmit holding (write) */
#define UART_DLL 0 /* divisor, low byte (DLAB set) */
#define UART_DLM 1 /* divisor, high byte (DLAB set) */
#define UART_IER 1 /* interrupt enable */
#define UART_IIR 2 /* interrupt identification (read) */
#define UART_FCR 2 /* FIFO control (write) */
#define UART_LCR 3 /* line control */
#define UART_MCR 4 /* modem control */
#define UART_LSR 5 /* line status */
#define UART_MSR 6 /* modem status */
#define UART_SCR 7 /* scratch */

#define IER_RECEIVED 0x01

#define IIR_FIFO_MASK 0xc0 /* both bits: 16550A, its FIFOs work */

#define FCR_ENABLE    0x01
#define FCR_TRIGGER_1 0x00 /* 15 more bytes may come before one is lost */

#define LCR_8N1  0x03
#define LCR_DLAB 0x80

#define MCR_DTR  0x01
#define MCR_RTS  0x02
#define MCR_OUT2 0x08 /* lets the interrupt out to the PIC on a PC */
#define MCR_LOOP 0x10

#define LSR_DATA_READY     0x01
#define LSR_THR_EMPTY      0x20
#define LSR_TRANSMIT_EMPTY 0x40

#define MSR_LINES       0xf0 /* CTS DSR RI DCD */
#define MSR_LOOP_ANSWER 0x90 /* RTS and OUT2 come back as CTS and DCD */

#define UART_CLOCK   115200 /* 1.8432 MHz / 16 */
#define UART_BAUD    115200
#define UART_DIVISOR (UART_CLOCK / UART_BAUD)

#define FIFO_DEPTH 16

/*
 * Reads of the status until we give up, a minute's worth and more: a read takes
 * 0.1 to 1 microseconds. On the wire a full FIFO needs 1.4 ms; but an emulator
 * whose reader is slow keeps the transmitter full as long as that takes, and
 * what is printed then shall not get lost.
 */
#define UART_SPIN_LIMIT 600000000U
unsigned int uart_spin_limit = UART_SPIN_LIMIT;

static bool uart_present;
static bool uart_stuck;         /* the last wait ran into its bound */
static unsigned int fifo_depth; /* bytes that fit when THR_EMPTY is set */

static u8 uart_read(u16 reg)
{
	return inb((u16)(UART_BASE + reg));
}

static void uart_put(u16 reg, u8 value)
{
	outb(value, (u16)(UART_BASE + reg));
}

static bool scratch_holds(u8 value)
{
	uart_put(UART_SCR, value);
	return uart_read(UART_SCR) == value;
}

static bool loopback_answers(void)
{
	u8 saved = uart_read(UART_MCR);
	u8 lines;

	uart_put(UART_MCR, MCR_LOOP | MCR_RTS | MCR_OUT2);
	lines = uart_read(UART_MSR) & MSR_LINES;
	uart_put(UART_MCR, saved);
	return lines == MSR_LOOP_ANSWER;
}

/* Wait for a bit of the line status. */
static bool uart_wait(u8 bit)
{
	unsigned int tries = uart_stuck ? 1 : uart_spin_limit;

	while (tries--) {
		if (uart_read(UART_LSR) & bit) {
			uart_stuck = false;
			return true;
		}
	}
	uart_stuck = true;
	return false;
}

/* One byte; *room counts what still fits into the FIFO without a look. */
static void uart_putc(u8 byte, unsigned int *room)
{
	if (*room == 0) {
		if (!uart_wait(LSR_THR_EMPTY))
			return;
		*room = fifo_depth;
	}
	(*room)--;
	uart_put(UART_THR, byte);
}

void uart_write(const char *text, size_t len)
{
	unsigned int room = 0;

	if (!uart_present)
		return;
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '\n')
			uart_putc('\r', &room);
		uart_putc((u8)text[i], &room);
	}
}

void uart_flush(void)
{
	if (uart_present)
		uart_wait(LSR_TRANSMIT_EMPTY);
}

static struct console uart_console = {
    .name = "ttyS0",
    .write = uart_write,
    .enabled = true,
};

static void set_line(void)
{
	uart_put(UART_IER, 0);
	uart_put(UART_LCR, LCR_DLAB);
	uart_put(UART_DLL, UART_DIVISOR & 0xff);
	uart_put(UART_DLM, UART_DIVISOR >> 8);
	uart_put(UART_LCR, LCR_8N1);
	uart_put(UART_FCR, FCR_ENABLE | FCR_TRIGGER_1);
	uart_put(UART_MCR, MCR_DTR | MCR_RTS | MCR_OUT2);
	fifo_depth = 1;
	if ((uart_read(UART_IIR) & IIR_FIFO_MASK) == IIR_FIFO_MASK)
		fifo_depth = FIFO_DEPTH;
}

bool uart_init(void)
{
	if (!scratch_holds(0x5a) || !scratch_holds(0xa5) || !loopback_answers())
		return false;

	set_line();
	uart_present = true;
	register_console(&uart_console);
	return true;
}

static void uart_resume(void)
{
	unsigned long flags;

	local_irq_save(flags);
	uart_put(UART_IER, IER_RECEIVED);
	uart_interrupt();
	local_irq_restore(flags);
}

void uart_enable_interrupt(void)
{
	if (uart_present)
		uart_resume();
}

void uart_interrupt(void)
{
	if (!uart_present)
		return;

	/* reading IIR ends an interrupt whose cause has gone meanwhile */
	uart_read(UART_IIR);
	while (uart_read(UART_LSR) & LSR_DATA_READY) {
		if (input_space() == 0) {
			uart_put(UART_IER, 0);
			input_call_when_room(uart_resume);
			return;
		}
		input_push(uart_read(UART_RBR));
	}
}
