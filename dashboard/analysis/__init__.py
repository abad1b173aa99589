"""Pure numbers: filters, metrics, intervals, reading rollups. No Streamlit, no Plotly, no clock."""
