# The exam at the lead time over folders of traces.
add_executable(lead_time lead_time.cc lead_time_report.cc)
target_link_libraries(lead_time PRIVATE aia_exam nlohmann_json::nlohmann_json)
target_compile_definitions(lead_time PRIVATE AIA_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
add_dependencies(benches lead_time)
