# The two HTTP clients side by side, with a server in a process of its own.
add_executable(http_clients http_clients.cc)
target_link_libraries(http_clients PRIVATE aia_http aia_flags Boost::headers Threads::Threads)
add_dependencies(benches http_clients)
