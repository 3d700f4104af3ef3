/*
 * Preloaded into the gateway, so that suites reach no network: each name but localhost leads to this machine, and each port that
 * VENDOR_PORTS names to another one, as in 443=40001,5432=40002. Whoever asks for a vendor's address gets the fake that stands there.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dlfcn.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

static int is_address(const char *name) {
  struct in6_addr address;
  return inet_pton(AF_INET, name, &address) == 1 || inet_pton(AF_INET6, name, &address) == 1;
}

int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **found) {
  int (*next)(const char *, const char *, const struct addrinfo *, struct addrinfo **) = dlsym(RTLD_NEXT, "getaddrinfo");
  if (node != NULL && !is_address(node) && strcmp(node, "localhost") != 0) node = "127.0.0.1";
  return next(node, service, hints, found);
}

/* The port that stands in for this one, or the port itself. */
static unsigned short stand_in(unsigned short port) {
  for (const char *next = getenv("VENDOR_PORTS"); next != NULL && *next != '\0';) {
    char *end;
    long from = strtol(next, &end, 10);
    if (*end != '=') break;
    long to = strtol(end + 1, &end, 10);
    if (from == port) return (unsigned short)to;
    next = *end == ',' ? end + 1 : NULL;
  }
  return port;
}

int connect(int socket, const struct sockaddr *address, socklen_t length) {
  int (*next)(int, const struct sockaddr *, socklen_t) = dlsym(RTLD_NEXT, "connect");
  if (address->sa_family != AF_INET || length < sizeof(struct sockaddr_in)) return next(socket, address, length);
  struct sockaddr_in there;
  memcpy(&there, address, sizeof there);
  there.sin_port = htons(stand_in(ntohs(there.sin_port)));
  return next(socket, (const struct sockaddr *)&there, sizeof there);
}
